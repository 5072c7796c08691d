import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { runHere } from '../run-plugin.ts';

test('-v=6 logs every request on stderr, -v=5 none, and -v=9 no header or body', async (t) => {
  const { kubeconfigPath, server } = await startTestCluster(t, { crds: 'field' });
  const env = { KUBECONFIG: kubeconfigPath };
  const quiet = await runHere(['status', '-v=5'], env);
  assert.doesNotMatch(quiet.stderr, /GET/);
  for (const flags of [['-v=6'], ['-v', '9'], ['-v9']]) {
    const { stderr } = await runHere(['status', ...flags], env);
    const requests = stderr.split('\n').filter((line) => line.startsWith('GET '));
    assert.ok(requests.length >= 2, flags.join(' '));
    for (const line of requests) assert.match(line, new RegExp(`^GET ${server}/[^ ]+ \\d{3} in \\d+ ms$`));
    assert.doesNotMatch(stderr, /authorization|bearer|-----BEGIN/i);
  }
});

test('-v logs a request that nobody answers, and refuses what is no number', async () => {
  const nobody = ['--server', 'https://127.0.0.1:1'];
  const { stderr } = await runHere(['status', ...nobody, '-v=6']);
  assert.match(stderr, /^GET https:\/\/127\.0\.0\.1:1\/\S+ no answer in \d+ ms$/m);
  const refused = await runHere(['status', ...nobody, '-v', 'loud']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /-v is "loud", and must be a number/);
});

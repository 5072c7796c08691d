import assert from 'node:assert/strict';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from '../../../plugin/cli.ts';

test('a credential plugin reads what is typed at the terminal of the command', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-exec-stdin-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const kubeconfigPath = join(folder, 'config');
  const typedPath = join(folder, 'typed');
  const readPath = join(folder, 'read');
  const args = ['-c', 'head -n 1 > "$0"; exit 1', readPath];
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args };
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [{ name: 'u', user: { exec } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(kubeconfigPath, JSON.stringify(config));
  await writeFile(typedPath, 'jane\n');
  await using typed = await open(typedPath);
  const sink = { stream: new PassThrough(), isTerminal: false, columns: undefined, write: () => undefined };
  const code = await runCommandLine(['status', '--kubeconfig', kubeconfigPath], {
    env: { PATH: process.env['PATH'], HOME: folder },
    platform: process.platform,
    stdin: { stream: Object.assign(new PassThrough(), { fd: typed.fd }), isTerminal: true },
    stdout: sink,
    stderr: sink,
    clock: systemClock,
    interrupted: new AbortController().signal,
  });
  assert.equal(code, 4);
  assert.equal(await readFile(readPath, 'utf8'), 'jane\n');
});

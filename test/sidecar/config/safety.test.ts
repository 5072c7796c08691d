import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../../sidecar/config.ts';
import { NOWHERE, read, refusal, SAFE_NODE } from './read-environment.ts';

test('N12: what nobody reads stops a strict start, and an argument is named without its value', () => {
  const message = refusal({ APP_CONTROLER_SYNC_PERIOD: '20s', APP_STRICT_SETTINGS: 'true' });
  assert.equal(message, 'APP_CONTROLER_SYNC_PERIOD is set, allowed: the settings of this version');
  const node = { ...SAFE_NODE, args: ['--token=canary-1', 'canary-2'] };
  const { warnings } = readConfig({}, NOWHERE, node);
  assert.deepEqual(warnings, [
    'the argument "--token" has no effect: settings are environment variables',
    'the argument "…" has no effect: settings are environment variables',
  ]);
  assert.throws(
    () => readConfig({ APP_STRICT_SETTINGS: 'true' }, NOWHERE, node),
    /an argument "--token", allowed: none/,
  );
  assert.deepEqual(read({ APP_STRICT_SETTINGS: 'true', OTHER: 'x' }).warnings, []);
});

test('S7: verification that is off, and ways to keys and tokens, are refused however Node is told of them', () => {
  assert.match(refusal({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }), /NODE_TLS_REJECT_UNAUTHORIZED is "0"/);
  for (const option of [
    '--inspect=0.0.0.0:9229',
    '--inspect_brk',
    '--inspect-port=1',
    '--heapsnapshot-near-heap-limit=1',
    '--heap-prof',
    '--report-uncaught-exception',
    '--abort-on-uncaught-exception',
    '--trace-tls',
    '--tls-min-v1.0',
    '--insecure-http-parser',
  ]) {
    const name = option.replace('_', '-').replace(/=.*/, '');
    const told = refusal({ NODE_OPTIONS: `--max-old-space-size=32 "${option}"` });
    assert.ok(told.startsWith(`NODE_OPTIONS holds ${name}, allowed: without it, because `), told);
    const node = { ...SAFE_NODE, execArgv: [option] };
    assert.throws(() => readConfig({}, NOWHERE, node), new RegExp(`the command line of node holds ${name}`));
  }
  const harmless = { NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_OPTIONS: '--max-old-space-size=32 --title=inspect' };
  readConfig(harmless, NOWHERE, SAFE_NODE);
});

test('two uses of one Secret are refused, also that of a Secret of our own', () => {
  assert.match(
    refusal({ APP_CLUSTER_CERTIFICATES_SECRET: 'a/b', APP_CA_CERTIFICATES_SECRET: 'a/b' }),
    /APP_CA_CERTIFICATES_SECRET is "a\/b", allowed: a Secret that is not also that of APP_CLUSTER_CERTIFICATES_SECRET/,
  );
  const message = refusal({ APP_CLUSTER_CERTIFICATES_SECRET: 'compass-system/compass-connection-journal' });
  assert.match(message, /the sidecar's own state/);
});

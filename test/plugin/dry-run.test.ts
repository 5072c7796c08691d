import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { normalizeArguments } from '../../plugin/arguments.ts';
import { DRY_RUN_FLAG } from '../../plugin/dry-run.ts';
import { runHere } from './run-plugin.ts';

/** Who gets as far as the cluster fails there, with another exit code. */
const NO_CLUSTER = ['--server', 'http://127.0.0.1:1'];
/** As long as a one-time token, and in its letters. */
const TOKEN = 'canary_of-a-token'.repeat(5);

describe('--dry-run', () => {
  test('takes its value by = alone, as in kubectl, and means client without one', () => {
    for (const next of ['orders', '-q', '--']) {
      assert.deepEqual(normalizeArguments(['--dry-run', next], [DRY_RUN_FLAG]), ['--dry-run=client', next]);
    }
    assert.deepEqual(normalizeArguments(['--dry-run=server', 'orders'], [DRY_RUN_FLAG]), [
      '--dry-run=server',
      'orders',
    ]);
  });

  test('without its value behind the = is refused: nobody means it in earnest', async () => {
    const { code, stderr } = await runHere(['sync', '--dry-run=', ...NO_CLUSTER]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--dry-run is "", and must be one of none, client, server/);
  });

  test('with a separate value is refused, with the way that works', async () => {
    for (const value of ['none', 'client', 'server']) {
      const { code, stderr } = await runHere(['sync', '--dry-run', value, ...NO_CLUSTER]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, new RegExp(`--dry-run takes no separate value: write --dry-run=${value}`));
    }
  });
});

describe('a token in the wrong place is in no message:', () => {
  for (const line of [
    `connect --dry-run ${TOKEN}`,
    `connect --dry-run=${TOKEN}`,
    `connect --token-file ${TOKEN}`,
    `connect --color ${TOKEN}`,
    `connect -o ${TOKEN}`,
    `connect --${TOKEN}`,
    `token request --director-url https://127.0.0.1:1/ --auth-token-file ${TOKEN} --out /dev/null/x`,
  ]) {
    test(line.replaceAll(TOKEN, 'TOKEN'), async () => {
      const { code, stdout, stderr } = await runHere([...line.split(' '), ...NO_CLUSTER]);
      // Only the first one is where a token may stand: its command gets as far as the cluster.
      assert.equal(code, line.includes('--dry-run ') ? 4 : 2, stderr);
      assert.doesNotMatch(stdout + stderr, /canary/);
    });
  }
});

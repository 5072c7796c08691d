import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { VERSION } from '#common/version.ts';
import { compareSizes, measure, readReleased } from '../../.scripts/sizes.ts';
import { median } from '../bench/median.ts';
import { DIST, findArtefact } from './artefacts.ts';

const RUNS = 11;

test('no artefact has grown by more than 10 % since the last release', async (t) => {
  const { lines, grown } = compareSizes(await readReleased(), measure(DIST, VERSION));
  for (const line of lines) t.diagnostic(line);
  assert.deepEqual(grown, [], 'find out why; if it is worth it: npm run sizes -- --accept');
});

/** The plugin's times are in start-times.test.ts. Printed, not judged: how long a start takes is the machine's own. */
test('how long the sidecar takes to start, until it has read its settings', (t) => {
  const main = findArtefact('sidecar/main.js');
  const times = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    // one of them is wrong, so that it ends there
    const { status, stdout } = spawnSync(process.execPath, [main], { env: { APP_HEALTH_PORT: 'x' }, encoding: 'utf8' });
    assert.equal(status, 2, stdout);
    return performance.now() - start;
  });
  t.diagnostic(`sidecar: ${median(times).toFixed(0)} ms, median of ${RUNS}`);
});

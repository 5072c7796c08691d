import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gatherCorpora } from '../../fuzz/corpora.ts';
import { fuzz, readByAll } from '../../fuzz/fuzz.ts';
import { clusterTargets } from '../../fuzz/targets/cluster.ts';
import { compassTargets } from '../../fuzz/targets/compass.ts';
import { clusterDoors, compassDoors } from '../../fuzz/targets/doors.ts';
import { pkiTargets } from '../../fuzz/targets/pki.ts';
import { sidecarTargets } from '../../fuzz/targets/sidecar.ts';
import { startFaultWorld } from '../world.ts';

/** `npm run fuzz` sets the number of runs; a quick run takes what fits into this time. */
const WITHIN_MS = 2_000;
const MOST_HEAP_GROWTH = 64 * 1024 * 1024;

test('I10: whatever is read, nothing but a CompassError is thrown, in time that grows with the length', async (t) => {
  const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);
  const runs = number('FUZZ_RUNS', Number.POSITIVE_INFINITY);
  const seed = number('FUZZ_SEED', Math.floor(Math.random() * 2 ** 32));
  const first = number('FUZZ_FIRST', 0);
  const world = await startFaultWorld(t);
  const corpora = await gatherCorpora(world);
  const targets = [
    ...compassTargets(corpora),
    ...pkiTargets(corpora),
    ...clusterTargets(t, corpora),
    ...sidecarTargets(corpora),
    ...(await compassDoors(world, corpora)),
    ...(await clusterDoors(t, corpora)),
  ];
  const again = process.env['FUZZ_INPUT'];
  if (again) return readByAll(targets, readFileSync(again));
  process.stderr.write(`fuzz: FUZZ_SEED=${seed} FUZZ_FIRST=${first}\n`);
  const bounds = Number.isFinite(runs) ? {} : { withinMs: WITHIN_MS };
  const result = await fuzz(targets, { seed, first, runs, ...bounds });
  process.stderr.write(
    `fuzz: ${result.runs} runs, ${Math.round(result.heapGrowthBytes / 1024)} KiB more on the heap\n`,
  );
  if (Number.isFinite(runs)) process.stderr.write(`${JSON.stringify(result.readsByTarget, null, 2)}\n`);
  assert.ok(result.runs > 100, 'nearly nothing was read');
  assert.ok(result.heapGrowthBytes < MOST_HEAP_GROWTH, `${result.heapGrowthBytes} bytes stay on the heap`);
});

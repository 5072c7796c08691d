import { median } from '../median.ts';
import { alter } from './alter.ts';
import { type Audited, busyS, isOfSynchronization, isWrite, readAudit } from './audit.ts';
import { type BareListing, startBareListing } from './bare-listing.ts';
import { cpuSecondsOf } from './process-memory.ts';
import { QUICK_ROUNDS, type RoundSeen, Rounds } from './rounds.ts';
import { judge, type Row } from './row.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, type SyncBench, startSyncBench } from './world.ts';

const ROUNDS = 5;
/** Long enough for a bare listing between two rounds. */
const PERIOD = '10s';

/** Rounds that change nothing beside merely reading the listing; and then rounds in which 1 % has changed. */
export async function noChange(program: SidecarProgram, count: number): Promise<readonly Row[]> {
  await using bench = await startSyncBench({ audit: true });
  await bench.simulator.generate(count, LANDSCAPE);
  await bench.configure();
  await using sidecar = program.start({ ...bench.env, ...QUICK_ROUNDS, APP_CONTROLLER_SYNC_PERIOD: PERIOD });
  const rounds = new Rounds(bench, sidecar);
  await rounds.next();
  // the last writes of the first round come back by the watches
  await rounds.nextQuiet();
  await using bare = await startBareListing(bench);
  const cpuS = () => ({ sidecar: cpuSecondsOf(sidecar.pid), bare: cpuSecondsOf(bare.pid) });
  const before = cpuS();
  const { quiet, bareS } = await quietRounds(bare, rounds);
  const after = cpuS();
  const ofQuiet = await between(bench, quiet[0], quiet.at(-1));
  const roundS = median(quiet.map(({ tookS }) => tookS));
  const of = `no change in ${count}`;
  return [
    judge({ what: `${of}: writes`, figure: ofQuiet.filter(isWrite).length, unit: 'writes', bar: { exactly: 0 } }),
    judge({
      what: `${of}: reads of Applications and Secrets`,
      figure: ofQuiet.filter((event) => !isWrite(event) && event.verb !== 'watch').length,
      unit: 'reads',
      bar: { exactly: 0 },
    }),
    judge({
      what: `${of}: a round`,
      figure: roundS,
      unit: 's',
      by: { name: 'download and parse', figure: bareS },
      bar: { ratioAtMost: 1.5 },
    }),
    judge({
      what: `${of}: processor time from round to round`,
      figure: (after.sidecar - before.sidecar) / (ROUNDS + 1),
      unit: 's',
      by: { name: 'download and parse', figure: (after.bare - before.bare) / (ROUNDS + 1) },
    }),
    ...(await onePercent(bench, bare, rounds, count, roundS)),
  ];
}

/** Rounds, and after each of them a bare listing, so that whatever else the machine does falls on both alike. */
async function quietRounds(bare: BareListing, rounds: Rounds): Promise<{ quiet: readonly RoundSeen[]; bareS: number }> {
  // the first one warms it up, as the sidecar is
  await bare.list();
  const quiet: RoundSeen[] = [];
  const bareMs: number[] = [];
  await rounds.next();
  for (let round = 0; round < ROUNDS; round++) {
    quiet.push(await rounds.next());
    const { tookMs } = await bare.list();
    bareMs.push(tookMs);
  }
  return { quiet, bareS: median(bareMs) / 1_000 };
}

/** What the sidecar asked for of Applications and Secrets, from the begin of one round to the end of another. */
async function between(
  { auditLog }: SyncBench,
  first: RoundSeen | undefined,
  last: RoundSeen | undefined,
): Promise<readonly Audited[]> {
  const [fromUs, toUs] = [(first?.startMs ?? 0) * 1_000, (last?.endMs ?? 0) * 1_000];
  const events = await readAudit(auditLog);
  return events.filter((event) => isOfSynchronization(event) && event.receivedUs >= fromUs && event.receivedUs <= toUs);
}

/** Half of the changes are descriptions, half are credentials: one write each, and no other. */
async function onePercent(
  bench: SyncBench,
  bare: BareListing,
  rounds: Rounds,
  count: number,
  quietS: number,
): Promise<readonly Row[]> {
  const took: number[] = [];
  const due: number[] = [];
  let wrong = 0;
  let written = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const changed = await alter(bench.simulator, count / 100, round);
    // what the simulator has to work out anew is no part of the round
    await bare.list();
    const seen = await rounds.next();
    const events = (await between(bench, seen, seen)).filter(isWrite);
    const names = events.map(({ resource, name }) => `${resource}/${name}`);
    wrong +=
      names.filter((name) => !changed.has(name)).length + [...changed].filter((name) => !names.includes(name)).length;
    written += names.length;
    took.push(seen.tookS);
    due.push(quietS + busyS(events));
  }
  const of = `1 % of ${count} changed`;
  const changes = (count / 100) * ROUNDS;
  return [
    judge({ what: `${of}: writes in ${ROUNDS} rounds`, figure: written, unit: 'writes', bar: { exactly: changes } }),
    judge({
      what: `${of}: written and not changed, or the reverse`,
      figure: wrong,
      unit: 'objects',
      bar: { exactly: 0 },
    }),
    judge({
      what: `${of}: a round`,
      figure: median(took),
      unit: 's',
      by: { name: 'no change, and its writes', figure: median(due) },
      bar: { ratioAtMost: 1.2 },
    }),
  ];
}

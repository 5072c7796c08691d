import process from 'node:process';
import { type Case, type Medians, measure } from './measure.ts';
import { startBenchWorld } from './world.ts';

/** What must hold: how long one case takes, by how long another one does, at most. */
interface Bar {
  readonly what: string;
  readonly ratio: number;
  readonly atMost: number;
}

const ROUNDS = 20;
const FEW = 5;
const MANY = 5_000;

/** What everybody has at hand, and what everything else is measured by. */
const KUBECTL: Case = { name: 'kubectl', command: ['kubectl', 'get', 'compassconnection'] };
const STATUS: Case = { name: 'status', command: ['kubectl-compass', 'status'] };

const CASES: readonly Case[] = [
  KUBECTL,
  STATUS,
  { name: 'status through kubectl', command: ['kubectl', 'compass', 'status'] },
  { name: '--help', command: ['kubectl-compass', '--help'] },
  { name: 'completion', command: ['kubectl-compass', '__complete', 'st'] },
];

/** The middle of a case by that of `kubectl get`, of the same rounds. */
function ratio(medians: Medians, name: string): number {
  return (medians[name] ?? Number.NaN) / (medians[KUBECTL.name] ?? Number.NaN);
}

function bars(few: Medians, many: Medians): Bar[] {
  return [
    { what: 'kubectl-compass status', ratio: ratio(few, 'status'), atMost: 0.8 },
    { what: 'kubectl compass status', ratio: ratio(few, 'status through kubectl'), atMost: 1.3 },
    { what: 'kubectl-compass --help', ratio: ratio(few, '--help'), atMost: 0.7 },
    { what: 'completion without the cluster', ratio: ratio(few, 'completion'), atMost: 0.7 },
    {
      what: `status with ${MANY} Applications, by ${FEW}`,
      ratio: ratio(many, 'status') / ratio(few, 'status'),
      atMost: 1.3,
    },
  ];
}

function table(rows: readonly Bar[]): string {
  const widest = Math.max(...rows.map(({ what }) => what.length));
  const lines = rows.map(({ what, ratio: found, atMost }) => {
    const verdict = found <= atMost ? 'ok' : 'MISSED';
    return `${what.padEnd(widest)}  ${found.toFixed(2).padStart(5)}  ${atMost.toFixed(1).padStart(4)}  ${verdict}`;
  });
  return [`${''.padEnd(widest)}  ratio  bar`, ...lines, ''].join('\n');
}

await using world = await startBenchWorld();
await world.holdApplications(FEW);
const few = measure(CASES, ROUNDS, world.env);
await world.holdApplications(MANY);
const many = measure([KUBECTL, STATUS], ROUNDS, world.env);
const found = bars(few, many);
process.stdout.write(table(found));
process.stdout.write(`${JSON.stringify({ rounds: ROUNDS, bars: found, mediansMs: { few, many } })}\n`);
process.exitCode = found.every((bar) => bar.ratio <= bar.atMost) ? 0 : 1;

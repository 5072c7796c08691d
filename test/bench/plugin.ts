import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { type Case, type Medians, measure } from './measure.ts';
import { startBenchWorld } from './world.ts';

/** What must hold: how long one case takes, by how long another one does, at most. */
interface Bar {
  readonly what: string;
  readonly ratio: number;
  /** Undefined where it is told for comparison only. */
  readonly atMost: number | undefined;
}

const ROUNDS = 20;
const FEW = 5;
const MANY = 5_000;

/** What everybody has at hand, and what everything else is measured by. */
const KUBECTL: Case = { name: 'kubectl', command: ['kubectl', 'get', 'compassconnection'] };
const STATUS: Case = { name: 'status', command: ['kubectl-compass', 'status'] };

/** A bar below this one cannot be met on the machine in hand, whatever the plugin does. */
const FLOOR: Case = {
  name: 'one bare GET by node',
  command: ['node', fileURLToPath(new URL('bare-get.cjs', import.meta.url))],
};

const CASES: readonly Case[] = [
  KUBECTL,
  FLOOR,
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
    { what: FLOOR.name, ratio: ratio(few, FLOOR.name), atMost: undefined },
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
    const verdict =
      atMost === undefined
        ? '   -  (the floor)'
        : `${atMost.toFixed(1).padStart(4)}  ${found <= atMost ? 'ok' : 'MISSED'}`;
    return `${what.padEnd(widest)}  ${found.toFixed(2).padStart(5)}  ${verdict}`;
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
process.exitCode = found.every(({ ratio: seen, atMost }) => atMost === undefined || seen <= atMost) ? 0 : 1;

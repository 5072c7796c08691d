import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Audited, readAudit, spanS, writesOf } from './audit.ts';
import { startBareListing } from './bare-listing.ts';
import { cpuSecondsOf } from './process-memory.ts';
import { recorded } from './recorded.ts';
import { QUICK_ROUNDS, Rounds } from './rounds.ts';
import { judge, type Row } from './row.ts';
import type { SidecarProgram } from './sidecar-program.ts';
import { LANDSCAPE, startSyncBench } from './world.ts';

const BARE_LOOP = fileURLToPath(new URL('bare-loop.cjs', import.meta.url));

/** Objects of one Application: itself, and a Secret for each bundle. */
const OBJECTS_EACH = 1 + LANDSCAPE.bundles;
/** It is created without services, which follow after the Secrets. */
const WRITES_EACH = OBJECTS_EACH + 1;

/** The first synchronization beside a bare loop that sends the same writes to a server that is as fresh. */
export async function first(program: SidecarProgram, count: number): Promise<readonly Row[]> {
  const measured = await synchronized(program, count);
  const bare = await sentAgain(measured);
  const rate = ({ writes }: Written) => writes.length / spanS(writes);
  const costMs = ({ writes, cpuS }: Written) => (cpuS / writes.length) * 1_000;
  const of = `first sync of ${count}`;
  const objects = new Set(measured.writes.map(({ resource, name }) => `${resource}/${name}`));
  return [
    judge({ what: `${of}: objects`, figure: objects.size, unit: 'objects', bar: { exactly: count * OBJECTS_EACH } }),
    judge({
      what: `${of}: writes`,
      figure: measured.writes.length,
      unit: 'writes',
      bar: { exactly: count * WRITES_EACH },
    }),
    judge({
      what: `${of}: writes of the bare loop`,
      figure: bare.writes.length,
      unit: 'writes',
      bar: { exactly: measured.writes.length },
    }),
    judge({
      what: `${of}: rate of writes`,
      figure: rate(measured),
      unit: '/s',
      by: { name: 'the bare loop', figure: rate(bare) },
      bar: { ratioAtLeast: 0.8 },
    }),
    judge({
      what: `${of}: processor time a write`,
      figure: costMs(measured),
      unit: 'ms',
      by: { name: 'the bare loop', figure: costMs(bare) },
    }),
  ];
}

/** Writes, and how long the process computed that sent them, from the first page that it asked for. */
interface Written {
  readonly writes: readonly Audited[];
  readonly cpuS: number;
}

/** Long enough to make the landscape between two rounds. */
const PERIOD = '15s';

/**
 * The writes of a first synchronization, as its API server saw them. The Applications come when the sidecar is connected, and
 * their pages are asked for once before it does so: what the simulator computes would take from the processors of all.
 */
async function synchronized(program: SidecarProgram, count: number): Promise<Written> {
  await using bench = await startSyncBench({ audit: true });
  await bench.configure();
  await using sidecar = program.start({ ...bench.env, ...QUICK_ROUNDS, APP_CONTROLLER_SYNC_PERIOD: PERIOD });
  const rounds = new Rounds(bench, sidecar);
  await rounds.next();
  await using bare = await startBareListing(bench);
  await bench.simulator.generate(count, LANDSCAPE);
  await bare.list();
  const beforeS = cpuSecondsOf(sidecar.pid);
  const { line } = await rounds.next();
  if (line['created'] !== count) throw new Error(`not all were created in one round: ${JSON.stringify(line)}`);
  const cpuS = cpuSecondsOf(sidecar.pid) - beforeS;
  return { writes: await acceptedWrites(bench.auditLog), cpuS };
}

async function acceptedWrites(auditLog: string): Promise<readonly Audited[]> {
  return writesOf(await readAudit(auditLog)).filter(({ status }) => status < 300);
}

async function sentAgain({ writes }: Written): Promise<Written> {
  await using bench = await startSyncBench({ audit: true });
  const script = join(bench.folder, 'recorded.json');
  await writeFile(script, JSON.stringify({ ...bench.account, ...recorded(writes) }));
  const { stdout } = await promisify(execFile)(process.execPath, [BARE_LOOP, script]);
  const { cpuS } = JSON.parse(stdout) as Pick<Written, 'cpuS'>;
  return { writes: await acceptedWrites(bench.auditLog), cpuS };
}

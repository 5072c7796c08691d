import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from 'esbuild';
import { ROOT } from '../../../.scripts/build.ts';

/** Where the program is to die or to be stopped, see crash-main.ts. */
export interface Ordeal {
  readonly crashAt?: string | undefined;
  readonly termAt?: string | undefined;
  readonly jumpAt?: string | undefined;
  readonly traceFile?: string | undefined;
  /** Of Node, such as a bound of its heap. */
  readonly flags?: readonly string[] | undefined;
}

/** One sidecar process that does not live long. */
export interface CrashProcess {
  readonly output: () => string;
  /** What it ended by; rejects, with all that is known of it, where that takes longer than three minutes. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  kill(): void;
  /** SIGTERM. */
  stop(): void;
}

/** The sidecar that can be told where to die, bundled once: it starts in a fifth of a second. */
export interface CrashProgram {
  readonly folder: string;
  start(env: Readonly<Record<string, string>>, ordeal: Ordeal): CrashProcess;
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const LONGEST_LIFE_MS = 170_000;

/** More than a scenario has. */
const POINTS_TOLD = 120;

export async function buildCrashProgram(t: TestContext): Promise<CrashProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-crash-'));
  const program = join(folder, 'crash-main.mjs');
  const children = new Set<ChildProcess>();
  let lives = 0;
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });
  const require = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";
  await build({
    absWorkingDir: ROOT,
    entryPoints: ['test/faults/process/crash-main.ts'],
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node26',
    format: 'esm',
    banner: { js: require },
    define: { COMPASS_VERSION: '"crash"' },
    logLevel: 'warning',
  });
  return {
    folder,
    start(env, ordeal) {
      const { PATH = '' } = process.env;
      lives += 1;
      const traceFile = ordeal.traceFile ?? join(folder, `points-${lives}`);
      const points = {
        COMPASS_CRASH_AT: ordeal.crashAt,
        COMPASS_TERM_AT: ordeal.termAt,
        COMPASS_JUMP_AT: ordeal.jumpAt,
        COMPASS_TRACE_FILE: traceFile,
      };
      const child = spawn(process.execPath, [...(ordeal.flags ?? []), program], {
        env: { PATH, NODE_COMPILE_CACHE: join(folder, 'compiled'), ...env, ...points },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      children.add(child);
      const chunks: string[] = [];
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      }
      child.once('close', () => children.delete(child));
      const output = () => chunks.join('');
      const ended = endingOf(child).catch((cause: unknown) => {
        child.kill('SIGKILL');
        throw new Error(`${storyOf(ordeal, traceFile)}\n${output()}`, { cause });
      });
      ended.catch(() => undefined);
      return {
        output,
        ended,
        kill: () => child.kill('SIGKILL'),
        stop: () => child.kill('SIGTERM'),
      };
    },
  };
}

async function endingOf(child: ChildProcess): Promise<Ending> {
  const closed = once(child, 'close', { signal: AbortSignal.timeout(LONGEST_LIFE_MS) });
  const [code, signal] = (await closed) as [Ending['code'], Ending['signal']];
  return { code, signal };
}

/** How far a process came that should have ended: whether it was told to at all, and what it did since. */
function storyOf({ crashAt, termAt }: Ordeal, traceFile: string): string {
  const passed = existsSync(traceFile) ? readFileSync(traceFile, 'utf8').trimEnd().split('\n') : [];
  const point = crashAt ?? termAt;
  const wasPassed = point !== undefined && passed.includes(point);
  const fate = point === undefined ? 'nothing' : `${point}, which it ${wasPassed ? 'passed' : 'never passed'}`;
  const points = passed.filter((name) => !name.includes(' leases.'));
  return [
    `it has not ended within ${LONGEST_LIFE_MS / 1_000} s; it was to die or to stop at: ${fate}. The last points:`,
    ...points.slice(-POINTS_TOLD),
  ].join('\n');
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { buildProgram } from '../../../.scripts/build.ts';
import { DEPLOY_FOLDER } from '../../sidecar/deploy/render.ts';
import type { MemoryCgroup } from './process-memory.ts';

/** How the container runs it: Node's flags, and the settings that are the same everywhere. */
interface ContainerRun {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The built sidecar, which lies in a folder. */
export interface SidecarProgram {
  start(env: Readonly<Record<string, string>>, cgroup?: MemoryCgroup): RunningSidecar;
}

export interface RunningSidecar extends AsyncDisposable {
  readonly pid: number;
  readonly startedMs: number;
  /** Lines of its log, as JSON. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly hasEnded: boolean;
  stop(): Promise<void>;
}

/** Builds it, and runs it as sidecar/deploy/deployment.yaml says. */
export async function buildSidecar(folder: string): Promise<SidecarProgram> {
  await buildProgram('sidecar', folder);
  const main = join(folder, 'sidecar', 'main.js');
  const run = await containerRun();
  return {
    start(env, cgroup) {
      const command = [process.execPath, ...run.flags, main];
      const [program = '', ...args] = cgroup ? ['sh', '-c', `${cgroup.enter}; exec "$@"`, 'sh', ...command] : command;
      const startedMs = performance.now();
      const child = spawn(program, args, { env: { ...run.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      const lines: Readonly<Record<string, unknown>>[] = [];
      let rest = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        lines.push(...parts.map((line) => JSON.parse(line) as Record<string, unknown>));
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => process.stderr.write(text));
      const ended = once(child, 'exit');
      const stop = async () => {
        child.kill();
        await ended;
      };
      return {
        pid: child.pid ?? 0,
        startedMs,
        lines,
        get hasEnded() {
          return child.exitCode !== null || child.signalCode !== null;
        },
        stop,
        [Symbol.asyncDispose]: stop,
      };
    },
  };
}

interface Deployment {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly command: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

/** `node FLAGS… /app/main.js`, and the variables with a value of their own. */
async function containerRun(): Promise<ContainerRun> {
  const deployment = load(await readFile(join(DEPLOY_FOLDER, 'deployment.yaml'), 'utf8')) as Deployment;
  const [container] = deployment.spec.template.spec.containers;
  const { command = [], env = [] } = container ?? {};
  const values = env.flatMap(({ name, value }) => (value === undefined || name.startsWith('APP_') ? [] : [[name, value]]));
  return { flags: command.slice(1, -1), env: Object.fromEntries(values) };
}

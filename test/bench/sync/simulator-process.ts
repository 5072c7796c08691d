import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { GeneratedSize } from '../../simulator/generate.ts';
import type { Application } from '../../simulator/model.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';
import { endsWithUs } from './ends-with-us.ts';

const MAIN = fileURLToPath(new URL('../../simulator/main.ts', import.meta.url));

/** What the simulator says of itself, on its first line. */
export interface SimulatorSite {
  readonly urls: { readonly connector: string; readonly connectorMtls: string; readonly director: string };
  readonly adminUrl: string;
  readonly tenant: string;
  readonly runtimeId: string;
  readonly token: string;
  readonly caFile: string;
  readonly caPem: string;
}

/** A Compass in a process of its own, so that what it computes is not measured as anybody else's. */
export interface SimulatorProcess extends AsyncDisposable {
  readonly site: SimulatorSite;
  /** Asks its admin API. Throws where that refuses. */
  admin(method: string, path: string, body?: object): Promise<unknown>;
  generate(count: number, size: GeneratedSize): Promise<void>;
  applications(): Promise<readonly Application[]>;
  /**
   * When the first request of an operation came since `forget`, in milliseconds since 1970. Only those with a request id count,
   * which bare programs do not send. Throws where there was none.
   */
  firstRequestMs(operation: string): Promise<number>;
  forget(): Promise<void>;
  /** From now on it takes connections, and says nothing. */
  fallSilent(): void;
  readonly pid: number;
}

export async function startSimulatorProcess(): Promise<SimulatorProcess> {
  const args = [MAIN, '--json', '--no-samples', '--port=0'];
  const child = endsWithUs(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  const site = JSON.parse(await firstLine(child)) as SimulatorSite;
  const admin: SimulatorProcess['admin'] = async (method, path, body) => {
    const answer = await fetch(`${site.adminUrl}${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  await admin('PATCH', '/switches', { rateLimitPerMinute: 0, rememberListings: true });
  return {
    site,
    admin,
    async generate(count, size) {
      await admin('POST', '/applications/generate', { count, ...size });
    },
    applications: async () => (await admin('GET', '/applications')) as readonly Application[],
    async firstRequestMs(operation) {
      const requests = (await admin('GET', '/requests')) as readonly LoggedRequest[];
      const first = requests.find((request) => request.operation === operation && request.requestId !== null);
      if (!first) throw new Error(`nobody asked for ${operation}`);
      return Date.parse(first.time);
    },
    async forget() {
      await admin('DELETE', '/requests');
    },
    fallSilent() {
      child.kill('SIGSTOP');
    },
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('the simulator has no output');
  for await (const line of createInterface({ input: stdout })) return line;
  throw new Error('the simulator ended before it listened');
}

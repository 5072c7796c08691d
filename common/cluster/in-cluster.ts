import { isIPv6 } from 'node:net';
import type { Clock } from '../clock.ts';
import { CompassError, messageOf } from '../errors.ts';
import { readFileUpTo } from '../read-file.ts';
import { Sensitive } from '../sensitive.ts';
import { closeIdle, keepAliveAgent } from './agent.ts';
import type { Credential, Endpoint } from './endpoint.ts';

/** Where the kubelet puts the service account of a Pod. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The kubelet replaces the token when 80 % of its life is over; client-go reads it anew each minute, and so do we. */
const TOKEN_AGE_MS = 60_000;

/** A token or a bundle of CAs, in bytes. */
const LARGEST_FILE = 4 * 1024 * 1024;

export interface InClusterOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly folder?: string;
}

function unreadable(file: string, error: unknown): CompassError {
  return new CompassError('ClusterUnauthorized', `cannot read the service account's ${file}: ${messageOf(error)}`);
}

async function readServiceAccount(folder: string, file: string): Promise<string> {
  try {
    return (await readFileUpTo(`${folder}/${file}`, LARGEST_FILE)).toString('utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** Where a Pod finds the API server; undefined outside of one. */
export function serverOfPod(env: InClusterOptions['env']): string | undefined {
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  return host && port ? `https://${isIPv6(host) ? `[${host}]` : host}:${port}` : undefined;
}

/**
 * The API server of the cluster that this Pod runs in, as the Pod's service account. It is dialled directly, whatever
 * proxy the environment names for the world outside. Undefined outside of a Pod.
 */
export async function inClusterEndpoint(options: InClusterOptions): Promise<Endpoint | undefined> {
  const found = serverOfPod(options.env);
  if (found === undefined) return undefined;
  const server: string = found;
  const folder = options.folder ?? SERVICE_ACCOUNT_FOLDER;
  let ca = await readServiceAccount(folder, 'ca.crt');
  let agent = keepAliveAgent(server, { ca });
  let current: Credential | undefined;
  let readAtMs = 0;

  async function renewed(): Promise<Credential> {
    const token = (await readServiceAccount(folder, 'token')).trim();
    const newCa = await readServiceAccount(folder, 'ca.crt');
    if (newCa !== ca) {
      closeIdle(agent);
      ca = newCa;
      agent = keepAliveAgent(server, { ca });
    }
    readAtMs = options.clock.monotonicMs();
    current = { agent, authorization: new Sensitive(`Bearer ${token}`) };
    return current;
  }

  return {
    server,
    renewed,
    close: () => closeIdle(agent),
    async credential() {
      if (current !== undefined && options.clock.monotonicMs() - readAtMs < TOKEN_AGE_MS) return current;
      return renewed();
    },
  };
}

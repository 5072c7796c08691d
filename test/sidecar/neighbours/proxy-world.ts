import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { TestContext } from 'node:test';
import type { Transport } from '#common/compass/endpoint.ts';
import { jsonLog } from '#common/log.ts';
import { readStored, type StoredCredential } from '#common/pki/certificate.ts';
import type { ConnectionDetails } from '#common/resources/connection-details.ts';
import { DirectorProxy } from '../../../sidecar/neighbours/director-proxy.ts';
import type { Destination } from '../../../sidecar/neighbours/forward.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { WHO } from '../../simulator/tests/director.ts';
import { pair } from '../../simulator/tests/pair.ts';
import { ManualClock } from '../manual-clock.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Ask {
  readonly body?: string | Buffer;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where else than the proxy of the world. */
  readonly port?: number;
}

/** A caller of the proxy who says exactly what it is told to, on a connection of its own; an answer that breaks off rejects. */
export function ask(port: number, { body = '', method = 'POST', headers = {} }: Ask): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const call = httpRequest({
    host: '127.0.0.1',
    port,
    method,
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...headers },
  });
  call.once('error', reject);
  call.once('response', (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    response.once('error', reject);
  });
  call.end(body);
  return promise;
}

/** What asks the Director who it is, as a client of GraphQL sends it. */
export function whoAmI(simulator: Simulator): string {
  return JSON.stringify({ query: WHO, operationName: 'Who', variables: { id: simulator.runtimeId } });
}

/** A Director proxy before a Compass, with a pair of that; what it leads to can be changed. */
export async function startProxyWorld(t: TestContext, options: { timeoutMs?: number; queryLogging?: boolean } = {}) {
  const simulator = await startSimulator();
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line), 'debug', Date.now);
  const transport: Transport = { extraRoots: [simulator.caPem] };

  async function newPair(): Promise<StoredCredential> {
    const { cert, key } = await pair(simulator);
    return readStored({ crt: '', key, crtChain: cert }, Date.now());
  }
  function to(credential: StoredCredential, changes: Partial<ConnectionDetails> = {}): Destination {
    const { urls, tenant, runtimeId } = simulator;
    const { fingerprint } = credential;
    const where = { connectorUrl: urls.connectorMtls, directorUrl: urls.director };
    return { credential, details: { fingerprint, ...where, tenant, runtimeId, ...changes } };
  }

  const state: { destination: Destination | string } = { destination: 'secret a/b does not exist' };
  const proxy = await DirectorProxy.open({
    port: 0,
    transport,
    clock: new ManualClock(Date.now()),
    log,
    queryLogging: options.queryLogging ?? false,
    destination: () => state.destination,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  t.after(async () => {
    await simulator[Symbol.asyncDispose]();
    await proxy.close();
  });
  return {
    simulator,
    proxy,
    state,
    lines,
    newPair,
    to,
    ask: (what: Ask) => ask(proxy.port, what),
    /** Connected with a first pair. */
    async connect(): Promise<StoredCredential> {
      const credential = await newPair();
      state.destination = to(credential);
      return credential;
    },
  };
}

import { X509Certificate } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { createServer, request as plainRequest, type RequestOptions } from 'node:http';
import { Agent, request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/**
 * What a workload beside the sidecar does, as a program: it calls the Director with the certificate in the shared folder, or
 * through the sidecar's proxy, and prints every call that failed. Its environment:
 *   CREDENTIALS_FOLDER  where tls.crt, tls.key, ca.crt and connection.json lie; unset calls nothing by them
 *   PROXY_URL           the sidecar's Director proxy; unset calls nothing by it
 *   RUNTIME_ID, TENANT  whom it asks for through the proxy; with the files, connection.json says it
 *   AT_ONCE             calls under way at any time, on each way; 1 unless said
 *   NOTIFY_PORT         where it takes POSTs about new files
 * It prints lines of JSON: `{"failed": …}`, and `{"summary": Summary}` each second and at its end.
 */
const { CREDENTIALS_FOLDER, PROXY_URL, RUNTIME_ID = '', TENANT = '', AT_ONCE = '1', NOTIFY_PORT } = process.env;

export interface Summary {
  /** Calls that were answered, by their way. */
  readonly files: number;
  readonly proxy: number;
  readonly failed: number;
  /** SHA-256 of the certificates that it has called with, in the order in which it saw them, as the files name them. */
  readonly fingerprints: readonly string[];
  /** How often the sidecar told it of new files, by the URL and by SIGHUP. */
  readonly notified: number;
  readonly hangups: number;
}

const QUERY = 'query neighbour($id: ID!) { runtime(id: $id) { id } }';
const PAUSE_MS = 20;
const SUMMARY_MS = 1_000;
const TIMEOUT_MS = 30_000;

const counts = { files: 0, proxy: 0, failed: 0, notified: 0, hangups: 0 };
const fingerprints = new Set<string>();
const agents = new Map<string, Agent>();
const ending = new AbortController();

function say(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function summarize(): void {
  say({ summary: { ...counts, fingerprints: [...fingerprints] } satisfies Summary });
}

/** All four of one set: the folder that they are in is looked up once. */
function readFiles(folder: string) {
  const set = realpathSync(join(folder, '..data'));
  const file = (name: string) => readFileSync(join(set, name), 'utf8');
  const { directorUrl, tenant, runtimeId, fingerprint } = JSON.parse(file('connection.json')) as Record<string, string>;
  const [cert, key, ca] = [file('tls.crt'), file('tls.key'), file('ca.crt')];
  const certificate = new X509Certificate(cert);
  const seen = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
  if (seen !== fingerprint) throw new Error(`connection.json says ${fingerprint}, but the certificate is ${seen}`);
  const agent = agents.get(seen) ?? new Agent({ cert, key, ca, keepAlive: true });
  agents.set(seen, agent);
  fingerprints.add(seen);
  return { url: new URL(directorUrl ?? ''), agent, tenant: tenant ?? '', id: runtimeId ?? '' };
}

function send(url: URL, options: RequestOptions, id: string): Promise<string> {
  const body = JSON.stringify({ query: QUERY, variables: { id } });
  const isPlain = url.protocol === 'http:';
  const headers = { ...options.headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const outgoing = (isPlain ? plainRequest : tlsRequest)(
      url,
      { ...options, method: 'POST', timeout: TIMEOUT_MS, headers },
      (answer) => {
        text(answer).then((received) => {
          if (answer.statusCode === 200) resolve(received);
          else reject(new Error(`${answer.statusCode}: ${received.slice(0, 300)}`));
        }, reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function ask(way: 'files' | 'proxy'): Promise<void> {
  const target = way === 'files' ? readFiles(CREDENTIALS_FOLDER ?? '') : undefined;
  const { url = new URL(PROXY_URL ?? ''), tenant = TENANT, id = RUNTIME_ID, agent } = target ?? {};
  const headers = tenant === '' ? {} : { tenant };
  const answer = await send(url, { headers, ...(agent ? { agent } : {}) }, id);
  const { data } = JSON.parse(answer) as { data?: { runtime?: { id?: string } } };
  if (data?.runtime?.id !== id) throw new Error(`an answer about another Runtime: ${answer.slice(0, 300)}`);
}

async function keepAsking(way: 'files' | 'proxy'): Promise<void> {
  while (!ending.signal.aborted) {
    try {
      await ask(way);
      counts[way] += 1;
    } catch (error) {
      counts.failed += 1;
      say({ failed: (error as Error).message, way, code: (error as NodeJS.ErrnoException).code });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

process.on('SIGHUP', () => {
  counts.hangups += 1;
  summarize();
});
process.on('SIGTERM', () => ending.abort());
const server = createServer((request, response) => {
  if (request.method === 'POST') counts.notified += 1;
  response.writeHead(request.method === 'POST' ? 204 : 405).end();
  summarize();
});
if (NOTIFY_PORT) server.listen(Number(NOTIFY_PORT), '127.0.0.1');
const timer = setInterval(summarize, SUMMARY_MS);
const ways = [...(CREDENTIALS_FOLDER ? ['files' as const] : []), ...(PROXY_URL ? ['proxy' as const] : [])];
const callers = ways.flatMap((way) => Array.from({ length: Number(AT_ONCE) }, () => keepAsking(way)));
ending.signal.addEventListener('abort', () => {
  clearInterval(timer);
  server.close();
});
await Promise.all(callers);
summarize();
for (const agent of agents.values()) agent.destroy();

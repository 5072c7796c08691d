import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { answerAdmin } from './admin.ts';
import type { Cluster } from './cluster.ts';
import { dispatch, resourceOf } from './dispatch.ts';
import { suffer } from './effects.ts';
import { encode } from './encode.ts';
import type { Faults } from './faults.ts';
import type { Identity } from './identity/identity.ts';
import { impersonated } from './identity/impersonation.ts';
import type { JsonObject } from './json.ts';
import { podKind } from './kinds/workloads.ts';
import type { KubeObject } from './object.ts';
import { answerPath } from './paths.ts';
import type { CertificateAuthority } from './pki.ts';
import type { PodLogs } from './pod-logs.ts';
import { type PodPorts, podAndPort } from './pod-ports.ts';
import { bodyKind, type Recorder } from './recorder.ts';
import { type ApiRequest, authorizedTarget, parseTarget, type Target } from './request.ts';
import { ApiError, notFound, PageNotFound } from './status.ts';
import { findLive } from './verbs/update.ts';
import { watch } from './verbs/watch.ts';
import { openWatch } from './watch-stream.ts';

const bodyLimitBytes = 3 * 1024 * 1024;

/** What the server is made of. */
export type Parts = {
  cluster: Cluster;
  authority: CertificateAuthority;
  faults: Faults;
  recorder: Recorder;
  logs: PodLogs;
  ports: PodPorts;
  bookmarkMs: number;
};

/** The listener: turns HTTP into verbs on the cluster. It can stop and start again, keeping the cluster. */
export class KubeApiServer {
  readonly #parts: Parts;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #address = '';

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Listens on loopback; 0 asks for a free port. Returns the port. */
  async listen(port: number): Promise<number> {
    const { certPem, keyPem } = await this.#parts.authority.server();
    const server = createServer(
      { cert: certPem, key: keyPem, ca: this.#parts.authority.certPem, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        this.#handle(request, response).catch((error: unknown) => failWith(response, error));
      },
    );
    // As long as a genuine server keeps idle connections, and no limit on watches.
    server.keepAliveTimeout = 120_000;
    server.requestTimeout = 0;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.on('tlsClientError', (_error, socket) => socket.destroy());
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#server = server;
    const { port: actual } = server.address() as AddressInfo;
    this.#address = `127.0.0.1:${actual}`;
    return actual;
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    this.cutConnections();
    await closed;
  }

  cutConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', 'https://kube');
    const method = incoming.method ?? 'GET';
    const body = await readBody(incoming);
    const user = this.#identify(incoming);
    const target = parseTarget(method, url.pathname, url.searchParams);
    const request: ApiRequest = {
      method,
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body,
      user,
      target,
    };
    response.on('close', () => this.#record(request, response.statusCode));
    if (target === undefined) {
      this.#answerPath(request, response);
      return;
    }
    this.#parts.cluster.authorization.require(user, authorizedTarget(target, url.searchParams));
    await this.#answerResource(request, target, response);
  }

  #identify(incoming: IncomingMessage): Identity {
    const { authentication, authorization } = this.#parts.cluster;
    return impersonated(authentication.identify(incoming), incoming.headers, authorization);
  }

  #answerPath(request: ApiRequest, response: ServerResponse): void {
    const { cluster } = this.#parts;
    cluster.authorization.requirePath(request.user, request.method, request.path);
    const admin = answerAdmin(request, this.#parts, this);
    if (admin !== undefined) {
      send(response, 200, admin);
      return;
    }
    const { code, type, body } = answerPath(cluster.registry, request.path, request.headers.accept, this.#address);
    response.writeHead(code, { 'content-type': type, 'cache-control': 'no-cache, private' }).end(body);
  }

  async #answerResource(request: ApiRequest, target: Target, response: ServerResponse): Promise<void> {
    const { cluster, faults, bookmarkMs } = this.#parts;
    const effects = faults.take(target, request.user.name);
    const isCut = await suffer(effects, request, cluster, response);
    if (isCut) return;
    if (target.verb === 'watch') {
      const start = watch(cluster, request, resourceOf(cluster, target), bookmarkMs);
      return openWatch(start, effects, request, resourceOf(cluster, target), cluster, response);
    }
    const pod = this.#podWithLog(request, target);
    if (pod) {
      this.#parts.logs.answer(pod, request.query, response);
      return;
    }
    if (target.plural === 'pods' && target.subresource === 'proxy') {
      this.#parts.ports.answer(this.#proxiedPod(request, target), request, response);
      return;
    }
    const answer = dispatch(cluster, request, target);
    if (effects.some((effect) => effect.kind === 'cut' && effect.when === 'after')) {
      response.destroy();
      return;
    }
    if (answer.code === 204) response.writeHead(204).end();
    else send(response, answer.code, encode(answer, request, cluster.now()));
  }

  /** A Pod whose log a test has put there; any other one's is as empty as that of a Pod that waits for its kubelet. */
  #podWithLog(request: ApiRequest, { plural, subresource, verb, name = '' }: Target): KubeObject | undefined {
    const isLog = plural === 'pods' && subresource === 'log' && verb === 'get';
    if (!isLog || !this.#parts.logs.has(name)) return;
    return findLive(this.#parts.cluster, request, podKind);
  }

  #proxiedPod(request: ApiRequest, target: Target): KubeObject {
    const { pod: name } = podAndPort(target.name ?? '');
    const found = findLive(this.#parts.cluster, { ...request, target: { ...target, name } }, podKind);
    if (!found) throw notFound({ kind: 'pods', name });
    return found;
  }

  #record(request: ApiRequest, code: number): void {
    const { method, path, query, headers, body, user } = request;
    const contentType = headers['content-type'] ?? '';
    this.#parts.recorder.add({
      at: this.#parts.cluster.now().toISOString(),
      method,
      path,
      query: Object.fromEntries(query),
      contentType,
      accept: headers.accept ?? '',
      userAgent: headers['user-agent'] ?? '',
      user: user.name,
      body: bodyKind(body, contentType),
      code,
      revision: this.#parts.cluster.storage.revision,
    });
  }
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += (chunk as Buffer).length;
    if (size <= bodyLimitBytes) chunks.push(chunk as Buffer);
  }
  if (size > bodyLimitBytes) {
    throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimitBytes}`, {});
  }
  return Buffer.concat(chunks);
}

function send(response: ServerResponse, code: number, body: JsonObject, headers: Record<string, string> = {}): void {
  const text = `${JSON.stringify(body)}\n`;
  response
    .writeHead(code, {
      'content-type': 'application/json',
      'cache-control': 'no-cache, private',
      'content-length': Buffer.byteLength(text),
      ...headers,
    })
    .end(text);
}

function failWith(response: ServerResponse, error: unknown): void {
  const refusal =
    error instanceof ApiError
      ? error
      : new ApiError(
          500,
          'InternalError',
          `the embedded API server failed: ${error instanceof Error ? error.stack : error}`,
        );
  if (response.headersSent) response.destroy();
  else if (refusal instanceof PageNotFound) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end(`${refusal.message}\n`);
  } else send(response, refusal.code, refusal.status, refusal.headers);
}

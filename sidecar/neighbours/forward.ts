import { randomUUID } from 'node:crypto';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { type Agent, request as httpsRequest } from 'node:https';
import { agentsFor } from '#common/compass/connection-pool.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import type { StoredCredential } from '#common/pki/certificate.ts';
import type { ConnectionDetails } from '#common/resources/connection-details.ts';
import { type ProxiedQuery, passedHeaders } from './proxy-rules.ts';

/** Where a query goes, and as whom. */
export interface Destination {
  readonly credential: StoredCredential;
  readonly details: ConnectionDetails;
}

/** What went wrong on the way to the Director. */
export interface ForwardFailure {
  readonly status: 502 | 504;
  readonly message: string;
}

export interface Forward {
  readonly query: ProxiedQuery;
  readonly destination: Destination;
  readonly requestId: string;
  readonly transport: Transport;
  /** The caller's, on which nothing was sent. */
  readonly response: ServerResponse;
  readonly timeoutMs: number;
}

/** Of an answer, in bytes: what the sidecar itself takes of the Director. */
const LARGEST_ANSWER = 8 * 1024 * 1024;

/** Names the Runtime as far as a header takes it: that somebody else wrote the details must not cost more than the name. */
export function newRequestId({ runtimeId }: ConnectionDetails): string {
  return `${runtimeId.replace(/[^\w.-]/g, '')}_${randomUUID()}`;
}

/** Why an answer goes no further; undefined where it does. */
function flawOf({ statusCode: status = 0, headers }: IncomingMessage): string | undefined {
  if (status < 200) return 'the answer of the Director has no status of HTTP';
  if (status >= 300 && status < 400) return 'the Director answers with a redirect, which is not followed';
  const isTooLarge = Number(headers['content-length'] ?? 0) > LARGEST_ANSWER;
  return isTooLarge ? `the answer of the Director has more than ${LARGEST_ANSWER} bytes` : undefined;
}

/**
 * Sends a query to the Director with the client certificate, and its answer to the caller, piece by piece and no faster than it
 * is taken. Nothing of the caller's request goes along but the body. A redirect is a failure. A connection that was kept and
 * that the Director closed meanwhile costs a query nothing; a mutation never takes one that was kept.
 *
 * Resolves when it is over: with what went wrong before anything was sent to the caller, who is still to be answered, or with
 * undefined. An answer that breaks off breaks off for the caller, too.
 */
export function forward(what: Forward): Promise<ForwardFailure | undefined> {
  return new Forwarding(what).run();
}

class Forwarding {
  readonly #what: Forward;
  readonly #over = Promise.withResolvers<ForwardFailure | undefined>();
  #outgoing: ClientRequest | undefined;
  #hasAnswer = false;
  #isOver = false;

  constructor(what: Forward) {
    this.#what = what;
  }

  async run(): Promise<ForwardFailure | undefined> {
    const { query, destination, transport, response, timeoutMs } = this.#what;
    const isGone = () => this.#end(undefined);
    response.once('close', isGone);
    const timer = setTimeout(
      () => this.#fail({ status: 504, message: `the Director did not answer within ${timeoutMs / 1_000} s` }),
      timeoutMs,
    );
    try {
      const agents = agentsFor(transport, destination.credential);
      this.#send(query.isRepeatable ? agents.pooled : agents.single, agents.single);
    } catch {
      // What cannot be presented or put into a header; the words of the library might quote it.
      this.#fail({ status: 502, message: 'the credentials or the URL of the Director cannot be used' });
    }
    try {
      return await this.#over.promise;
    } finally {
      clearTimeout(timer);
      response.off('close', isGone);
    }
  }

  #send(agent: Agent, fresh: Agent): void {
    const { query, destination, requestId } = this.#what;
    const { directorUrl, tenant } = destination.details;
    const outgoing = httpsRequest(directorUrl, {
      method: 'POST',
      agent,
      headers: {
        'content-type': 'application/json',
        'content-length': String(query.body.length),
        accept: 'application/json',
        'accept-encoding': 'identity',
        'user-agent': 'compass-sidecar',
        'x-request-id': requestId,
        ...(tenant === undefined ? {} : { Tenant: tenant }),
      },
    });
    this.#outgoing = outgoing;
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (this.#isOver || outgoing !== this.#outgoing) return;
      const isStale = agent !== fresh && outgoing.reusedSocket && !this.#hasAnswer;
      if (isStale) this.#send(fresh, fresh);
      else this.#fail({ status: 502, message: `the Director cannot be reached (${error.code ?? error.name})` });
    });
    outgoing.once('response', (answer) => this.#pass(answer));
    outgoing.end(query.body);
  }

  #pass(answer: IncomingMessage): void {
    this.#hasAnswer = true;
    const flaw = flawOf(answer);
    if (flaw !== undefined) this.#fail({ status: 502, message: flaw });
    else this.#stream(answer);
  }

  #stream(answer: IncomingMessage): void {
    const { response, requestId } = this.#what;
    response.writeHead(answer.statusCode ?? 502, {
      ...passedHeaders(answer.headers),
      'x-request-id': requestId,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    let bytes = 0;
    answer.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LARGEST_ANSWER) this.#break();
      else if (!response.write(chunk)) {
        answer.pause();
        response.once('drain', () => answer.resume());
      }
    });
    answer.once('end', () => response.end(() => this.#end(undefined)));
    answer.once('error', () => this.#break());
    answer.once('close', () => {
      if (!answer.readableEnded) this.#break();
    });
  }

  /** The caller has a part of the answer: it must not take that for the whole. */
  #break(): void {
    if (this.#isOver) return;
    this.#what.response.destroy();
    this.#end(undefined);
  }

  #fail(failure: ForwardFailure): void {
    if (this.#what.response.headersSent) this.#break();
    else this.#end(failure);
  }

  #end(failure: ForwardFailure | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (!this.#hasAnswer || failure || this.#what.response.destroyed) this.#outgoing?.destroy();
    this.#over.resolve(failure);
  }
}

import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { readRequests, type SidecarRequest } from '#common/resources/requests.ts';
import type { RequestObservation } from './status/observation.ts';

/** The requests that this version carries out; any other is answered as refused, so that nobody waits for ever. */
const CARRIED_OUT: readonly string[] = ['sync', 'renew', 'reconnect'];

type Result = NonNullable<RequestObservation['result']>;

/** Finished requests that the report still answers to. */
const ANSWERS_KEPT = 20;

/** The requests of the CompassConnection's annotations: taken once each, by id, and remembered with their answers. */
export class Requests {
  #known: RequestObservation[] = [];

  /** What the report shows. */
  get observed(): readonly RequestObservation[] {
    return this.#known;
  }

  /** Takes note of what is asked now; a request that was replaced by another of its verb is answered as superseded. */
  take(object: CompassConnection | undefined, now: number): void {
    for (const request of readRequests(object?.metadata.annotations)) this.#accept(request, now);
  }

  isOpen(verb: RequestObservation['verb']): boolean {
    return this.#known.some((request) => request.verb === verb && request.finishedAt === undefined);
  }

  /** Answers the open request of a verb, if there is one. */
  finish(verb: RequestObservation['verb'], result: Result, now: number, message?: string): void {
    this.#replace(
      (request) => request.verb === verb && request.finishedAt === undefined,
      (request) => ({ ...request, finishedAt: now, result, ...(message === undefined ? {} : { message }) }),
    );
  }

  /** The annotations to clear: those whose request has its answer. */
  answered(object: CompassConnection | undefined): SidecarRequest[] {
    return readRequests(object?.metadata.annotations).filter(({ verb, id }) =>
      this.#known.some((request) => request.verb === verb && request.id === id && request.finishedAt !== undefined),
    );
  }

  #accept({ verb, id }: SidecarRequest, now: number): void {
    if (this.#known.some((request) => request.verb === verb && request.id === id)) return;
    this.finish(verb, 'superseded', now, `replaced by ${id}`);
    const refused = CARRIED_OUT.includes(verb)
      ? {}
      : {
          finishedAt: now,
          result: 'refused' as const,
          message: `this version of the sidecar does not carry out ${verb}`,
        };
    this.#known = [...this.#known, { verb, id, acceptedAt: now, ...refused }].slice(-ANSWERS_KEPT);
  }

  #replace(
    isMeant: (request: RequestObservation) => boolean,
    change: (request: RequestObservation) => RequestObservation,
  ): void {
    this.#known = this.#known.map((request) => (isMeant(request) ? change(request) : request));
  }
}

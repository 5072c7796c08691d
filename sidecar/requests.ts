import { isReason } from '#common/errors.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { ReportedRequest } from '#common/resources/report.ts';
import {
  type AnnotatedRequest,
  REQUEST_VERBS,
  type RequestVerb,
  readAnnotations,
  type SidecarRequest,
} from '#common/resources/requests.ts';
import type { RequestAnswer } from './request-handler.ts';
import { clip } from './status/error-text.ts';
import type { CheckObservation, RequestObservation } from './status/observation.ts';

/** Finished requests that the report still answers to. */
const ANSWERS_KEPT = 20;

const LONGEST_NAME = 256;

interface KnownRequest extends RequestObservation {
  /** Empty for a request that only the report remembers. */
  readonly parameters: SidecarRequest['parameters'];
}

/** The requests of the CompassConnection's annotations: taken once each, by id, and remembered with their answers. */
export class Requests {
  readonly #carriedOut: ReadonlySet<RequestVerb>;
  #known: readonly KnownRequest[] = [];
  #isRecalled = false;
  #check: CheckObservation | undefined;

  /** `carriedOut` are the verbs of this version; any other is answered as refused, so that nobody waits for ever. */
  constructor(carriedOut: ReadonlySet<RequestVerb>) {
    this.#carriedOut = carriedOut;
  }

  /** What the report shows. */
  get observed(): readonly RequestObservation[] {
    return this.#known.map(({ parameters: _parameters, ...request }) => request);
  }

  /** What the last check found. */
  get check(): CheckObservation | undefined {
    return this.#check;
  }

  /** Another replica may have answered since: the next recall() reads anew. */
  forget(): void {
    this.#known = [];
    this.#isRecalled = false;
  }

  /**
   * Learns what was answered before this process began or led: an annotation that could not be cleared must not be carried
   * out again. Asks only where something is asked for, and once.
   */
  async recall(
    object: CompassConnection | undefined,
    now: number,
    readReported: () => Promise<readonly ReportedRequest[]>,
  ): Promise<void> {
    const asked = readAnnotations(object?.metadata.annotations);
    if (this.#isRecalled || asked.length === 0) return;
    const reported = await readReported();
    const known = new Set(this.#known.map(nameOf));
    const recalled = reported.flatMap((request) => recalledRequest(request, asked, now));
    const missed = recalled.filter((request) => !known.has(nameOf(request))).toReversed();
    this.#known = [...missed, ...this.#known].slice(-ANSWERS_KEPT);
    this.#isRecalled = true;
  }

  /** Takes note of what is asked now; a request that was replaced by another of its verb is answered as superseded. */
  take(object: CompassConnection | undefined, now: number): void {
    for (const request of readAnnotations(object?.metadata.annotations)) this.#accept(request, now);
  }

  isOpen(verb: RequestVerb): boolean {
    return this.open(verb) !== undefined;
  }

  /** The request of a verb that waits for its answer. */
  open(verb: RequestVerb): SidecarRequest | undefined {
    return this.#known.findLast((request) => request.verb === verb && request.finishedAt === undefined);
  }

  /** Answers the open request of a verb, if there is one. */
  finish(verb: RequestVerb, { check = this.#check, ...answer }: RequestAnswer, now: number): void {
    this.#check = check;
    this.#known = this.#known.map((request) =>
      request.verb === verb && request.finishedAt === undefined ? { ...request, ...answer, finishedAt: now } : request,
    );
  }

  /** How far the open request of a verb is, for those who wait for it. */
  progress(verb: RequestVerb, counts: Readonly<Record<string, number>>): void {
    this.#known = this.#known.map((request) =>
      request.verb === verb && request.finishedAt === undefined ? { ...request, counts } : request,
    );
  }

  /** A request that came before another that undoes it is answered as superseded. */
  supersede(verb: RequestVerb, by: RequestVerb): void {
    const later = this.#known.findLast((request) => request.verb === by);
    const isBefore = (request: KnownRequest) =>
      request.verb === verb &&
      request.finishedAt === undefined &&
      later &&
      this.#known.indexOf(request) < this.#known.indexOf(later);
    this.#known = this.#known.map((request) =>
      later && isBefore(request) ? { ...request, ...supersededBy(later.id), finishedAt: later.acceptedAt } : request,
    );
  }

  /** The annotations to clear: those whose request has its answer. */
  answered(object: CompassConnection | undefined): SidecarRequest[] {
    return readAnnotations(object?.metadata.annotations).filter(({ verb, id }) =>
      this.#known.some((request) => request.verb === verb && request.id === id && request.finishedAt !== undefined),
    );
  }

  #accept({ verb, id, parameters, flaw }: AnnotatedRequest, now: number): void {
    if (this.#known.some((request) => request.verb === verb && request.id === id)) return;
    this.finish(verb, supersededBy(id), now);
    const by = parameters['by'];
    const who = by ? { by: clip(by, LONGEST_NAME) } : {};
    this.#known = [...this.#known, { verb, id, ...who, parameters, acceptedAt: now }].slice(-ANSWERS_KEPT);
    const message = flaw === undefined ? this.#unknown(verb) : `the annotation of ${verb} is not taken: ${flaw}`;
    if (message !== undefined) this.finish(verb, { result: 'refused', reason: 'RequestRefused', message }, now);
  }

  #unknown(verb: RequestVerb): string | undefined {
    return this.#carriedOut.has(verb) ? undefined : `this version of the sidecar does not carry out ${verb}`;
  }
}

function nameOf({ verb, id }: Pick<RequestObservation, 'verb' | 'id'>): string {
  return `${verb} ${id}`;
}

const RESULTS: readonly RequestAnswer['result'][] = ['succeeded', 'failed', 'refused', 'superseded'];

/** A request of the report: with its answer, or still asked for, or replaced while nobody looked. */
function recalledRequest(
  { verb: name, id, by, accepted, finished = '', ...said }: ReportedRequest,
  asked: readonly SidecarRequest[],
  now: number,
): KnownRequest[] {
  const acceptedAt = Date.parse(accepted);
  const verb = REQUEST_VERBS.find((one) => one === name);
  if (verb === undefined || !Number.isFinite(acceptedAt)) return [];
  const base = { verb, id, ...(by === undefined ? {} : { by }), parameters: {}, acceptedAt };
  const finishedAt = Date.parse(finished);
  const result = RESULTS.find((one) => one === said.result);
  if (result && Number.isFinite(finishedAt)) {
    const reason = isReason(said.reason) ? said.reason : undefined;
    const { message, requestId, counts } = said;
    return [{ ...base, finishedAt, result, reason, message, requestId, counts }];
  }
  const present = asked.find((one) => one.verb === verb);
  if (present === undefined) return [];
  if (present.id === id) return [{ ...base, parameters: present.parameters }];
  return [{ ...base, finishedAt: now, ...supersededBy(present.id) }];
}

function supersededBy(id: string) {
  return {
    result: 'superseded',
    reason: 'RequestSuperseded',
    message: `replaced by ${id || 'one without an id'}`,
  } as const;
}

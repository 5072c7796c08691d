import { formatTime } from '#common/clock.ts';
import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { CompassError, isReason, type Reason } from '#common/errors.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, type ReportedRequest, readReport } from '#common/resources/report.ts';
import { type RequestVerb, readRequests } from '#common/resources/requests.ts';
import type { Invocation } from '../command.ts';
import type { FoundConnection } from '../connection/find.ts';
import { SIDECAR_SELECTOR } from '../connection/reports.ts';
import { humanDuration } from '../output/age.ts';
import { waitFor } from '../wait/wait-for.ts';
import { silentSince } from './sidecar-silence.ts';

export interface AnswerOptions {
  readonly cluster: Cluster;
  readonly connection: Pick<FoundConnection, 'name' | 'namespace'>;
  readonly verb: RequestVerb;
  readonly id: string;
  readonly timeoutMs: number;
  /** Told of every version of the report while it is waited for: to show steps. */
  readonly onReport?: (report: Report) => void;
  /** What else must be seen in the report beside the answer: a new certificate in use, for example. */
  readonly isDone?: (report: Report) => boolean;
  /** Whether an answer that it failed is a result, too, and no error: some Applications failed, for example. */
  readonly isResult?: (request: ReportedRequest) => boolean;
}

export interface Answer {
  readonly request: ReportedRequest;
  readonly report: Report;
}

/**
 * Waits for the answer to one's own request, and no other. Throws the reason with which it failed, RequestSuperseded,
 * RequestRefused, TimedOut with what the sidecar said last, Interrupted.
 */
export async function awaitAnswer(
  invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  { cluster, connection, verb, id, timeoutMs, onReport, isDone = () => true, isResult = () => false }: AnswerOptions,
): Promise<Answer> {
  const ref = { kind: CONFIG_MAP, name: ownObjectNames(connection.name).report, namespace: connection.namespace };
  let seen: ReportedRequest | undefined;
  let last: Report | undefined;
  let hasLooked = false;
  let silentAt: number | undefined;
  const showWaiting = () => {
    // Without the id, so that a terminal of 80 columns shows all of it.
    const text = silentAt === undefined ? `${id}: waiting for the sidecar` : silentSinceText(silentAt);
    invocation.progress.busy('request', text);
  };
  const why = () => {
    if (silentAt !== undefined) return silence(connection.name, invocation.clock.now() - silentAt);
    return hasLooked ? lastReason(last) : '';
  };
  showWaiting();
  return waitFor<ConfigMap, Answer>(invocation, {
    cluster,
    ref,
    timeoutMs,
    look: (map) => {
      hasLooked = true;
      const report = readReport(map?.data?.[REPORT_KEY]);
      last = report ?? last;
      const request = report?.requests?.find((one) => one.verb === verb && one.id === id);
      if (!report || !request) return undefined;
      silentAt = undefined;
      if (!seen) invocation.progress.step('ok', 'request', `${id} accepted${by(report)}`);
      seen = request;
      onReport?.(report);
      if (request.finished === undefined) return undefined;
      if (!isResult(request)) refuseFailure(request);
      return isDone(report) ? { request, report } : undefined;
    },
    waitingFor: () => `the sidecar to ${seen ? `finish ${verb} ${id}` : `accept ${verb} ${id}`}${why()}`,
    afterwards: () => (seen ? 'it goes on' : standing(connection.name)),
    next: () => (silentAt === undefined ? undefined : podsOf(connection.namespace)),
    goOn: 'kubectl compass status -w',
    beside: async (signal) => {
      while (!signal.aborted && !seen) {
        silentAt = await ifThere(() => silentSince(cluster, connection, invocation.clock.now()));
        if (!(signal.aborted || seen)) showWaiting();
        await invocation.clock.sleep(LOOK_MS, signal);
        if (!(signal.aborted || seen)) await requireAsked(cluster, { connection, verb, id, ref });
      }
    },
  });
}

/** How often a request that nobody has accepted is looked at. */
export const LOOK_MS = 2_000;

/** What became of a request that was replaced: the work of the other one is not what was asked for here. */
export const NEWER = "somebody else's newer request took its place";

/** A request that was made, and the report that will answer it. */
interface Asked extends Pick<AnswerOptions, 'connection' | 'verb' | 'id'> {
  readonly ref: ObjectRef;
}

/**
 * Throws RequestSuperseded where the request is gone, and no report knows it: it was replaced before the sidecar saw it, and
 * nobody will answer it. The sidecar takes away a request only when its answer is in the report.
 */
export async function requireAsked(cluster: Cluster, { connection: { name }, verb, id, ref }: Asked): Promise<void> {
  const present = await ifThere(() => cluster.find<CompassConnection>({ kind: COMPASS_CONNECTION, name }));
  if (!present) return;
  const other = readRequests(present.metadata.annotations).find((request) => request.verb === verb)?.id;
  if (other === id) return;
  const map = await ifThere(() => cluster.find<ConfigMap>(ref));
  const report = readReport(map?.data?.[REPORT_KEY]);
  if (!report || report.requests?.some((one) => one.verb === verb && one.id === id)) return;
  const why = other === undefined ? 'taken back, or replaced' : `replaced by ${other}`;
  const whose = other === undefined ? '' : `; ${NEWER}`;
  throw new CompassError('RequestSuperseded', `${verb} ${id} was ${why} before the sidecar saw it${whose}`);
}

/** What cannot be read now may be later: the waiting itself tells of it. */
async function ifThere<T>(find: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await find();
  } catch (error) {
    if (error instanceof CompassError) return undefined;
    throw error;
  }
}

function by({ leader }: Report): string {
  return leader?.pod ? ` by ${leader.pod}` : '';
}

function silentSinceText(at: number): string {
  return `waiting for the sidecar, last seen ${formatTime(at)}`;
}

function silence(name: string, forMs: number): string {
  return `; the sidecar of ${name} has not been seen for ${humanDuration(forMs)}`;
}

function podsOf(namespace: string): string {
  return `kubectl -n ${namespace} get pods -l ${SIDECAR_SELECTOR}`;
}

/** What becomes of a request that nobody has accepted: it is an annotation, and stays until it is answered. */
function standing(name: string): string {
  return `the request stands on the CompassConnection ${name}, and is carried out when the sidecar takes it`;
}

function lastReason(report: Report | undefined): string {
  if (!report) return '; there is no report of a sidecar to read';
  const bad = report.conditions?.find(({ type, status }) => type === 'Ready' && status === 'False');
  const written = `; its report${report.writtenAt ? ` of ${report.writtenAt}` : ''}`;
  return bad ? `${written} says ${bad.reason ?? ''}: ${bad.message ?? ''}` : `${written} names no problem`;
}

function refuseFailure({ verb, id, result, reason, message = '', requestId }: ReportedRequest): void {
  if (result === 'succeeded') return;
  if (result === 'superseded') {
    throw new CompassError('RequestSuperseded', `${verb} ${id} was ${message || 'superseded'}; ${NEWER}`);
  }
  if (result === 'refused') throw new CompassError('RequestRefused', message || `the sidecar refused ${verb}`);
  throw new CompassError(knownReason(reason), message || `${verb} failed`, { requestId });
}

/** A reason that only a newer sidecar knows has no exit code of its own. */
function knownReason(reason: string | undefined): Reason {
  return isReason(reason) ? reason : 'ApplicationFailed';
}

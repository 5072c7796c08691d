import { formatTime } from '#common/clock.ts';
import type { Report, ReportedRevision } from '#common/resources/report.ts';
import type { RequestVerb } from '#common/resources/requests.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { Observation, RequestObservation } from './observation.ts';
import { present } from './present.ts';

const KEPT_REVISIONS = 20;

/** The synchronizations that changed something, newest first; `changedTo` is the revision that this pass made, if it did. */
export function reportedRevisions(
  previous: Report | undefined,
  observation: Observation,
  changedTo: number | undefined,
): readonly ReportedRevision[] | undefined {
  if (changedTo === undefined) return previous?.revisions;
  const ended = observation.sync?.attempted ? observation.sync.outcome : undefined;
  const latest = ended
    ? revisionOfSync(previous, observation, ended)
    : { ...NOTHING, deleted: purgedCount(observation), ...causeOfPurge(observation) };
  const time = formatTime(ended ? (observation.sync?.time ?? observation.now) : observation.now);
  return [{ revision: changedTo, time, ...latest }, ...(previous?.revisions ?? [])].slice(0, KEPT_REVISIONS);
}

const NOTHING = { created: 0, updated: 0, deleted: 0 };

type Fields = Omit<ReportedRevision, 'revision' | 'time'>;

function revisionOfSync(previous: Report | undefined, observation: Observation, ended: SyncOutcome): Fields {
  const { created, updated, deleted, deletedSecrets, kept } = ended;
  const approval = deleted.length > 0 && kept.decision?.verdict === 'approved' ? kept.decision : undefined;
  return present<Fields>({
    ...causeOfSync(previous, observation),
    plan: approval?.plan,
    approvedBy: approval?.by,
    created: created.length,
    updated: updated.length,
    deleted: deleted.length + purgedCount(observation),
    secretsDeleted: deletedSecrets || undefined,
  });
}

function purgedCount({ purge }: Observation): number {
  return (purge?.changes ?? []).filter(({ kind }) => kind === 'Application').length;
}

type Cause = Pick<ReportedRevision, 'why'> & Partial<Pick<ReportedRevision, 'request' | 'by'>>;

function causeOfSync(previous: Report | undefined, { sync, requests }: Observation): Cause {
  const { why = 'schedule' } = sync ?? {};
  if (why !== 'request') return { why };
  const request = newlyAnswered(previous, requests, 'sync');
  return request ? causeOf('request', request) : { why: 'flag' };
}

function causeOfPurge({ requests }: Observation): Cause {
  const request = requests.findLast(({ verb }) => verb === 'disconnect');
  return request ? causeOf('disconnect', request) : { why: 'disconnect' };
}

function causeOf(why: string, { id, by }: RequestObservation): Cause {
  return { why, request: id, ...(by === undefined ? {} : { by }) };
}

/** The request of a verb whose answer the report does not have yet: it was answered by this very pass. */
function newlyAnswered(
  previous: Report | undefined,
  requests: readonly RequestObservation[],
  wanted: RequestVerb,
): RequestObservation | undefined {
  return requests.findLast(({ verb, id, finishedAt, counts }) => {
    const before = previous?.requests?.find((one) => one.verb === verb && one.id === id);
    return verb === wanted && finishedAt !== undefined && counts !== undefined && before?.finished === undefined;
  });
}

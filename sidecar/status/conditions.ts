import { formatTime } from '#common/clock.ts';
import type { Condition, ConnectionState } from '#common/resources/compass-connection.ts';
import { describeSuspension } from '#common/resources/suspension.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import { currentOutcome, isNewlyPaired, syncSuspension } from './connection-state.ts';
import { applicationText, clip } from './error-text.ts';
import { heldFinding } from './held-plan.ts';
import type { Observation, SuspensionObservation, WarningType } from './observation.ts';

type Finding = Pick<Condition, 'status' | 'reason' | 'message'>;

/** The types that this program sets, all of which it also removes; other types belong to others and stay. */
const OWN_CONDITIONS = [
  'Connected',
  'Synchronized',
  'Ready',
  'LabelsReported',
  'DeletionsHeld',
  'Suspended',
  'ReconnectPending',
  'StoreForbidden',
  'TLSVerificationDisabled',
  'ClockSkew',
  'DefinitionMissing',
  'ConnectionForbidden',
  'ForeignAgent',
  'RenewalOverdue',
] as const;

/** Whether this program sets conditions of the type. */
export function isOwnCondition(type: string): boolean {
  return OWN_CONDITIONS.some((own) => own === type);
}

type OwnCondition = (typeof OWN_CONDITIONS)[number];

/** Warnings that last; the others are for the log. */
const LASTING: readonly WarningType[] = [
  'TLSVerificationDisabled',
  'ClockSkew',
  'DefinitionMissing',
  'ConnectionForbidden',
  'ForeignAgent',
  'RenewalOverdue',
];

/**
 * The conditions of a CompassConnection: Connected, Synchronized and Ready always, the others while they apply.
 * `lastTransitionTime` changes with `status` only (API conventions, "Typical status properties").
 */
export function conditions(
  previous: readonly Condition[] | undefined,
  state: ConnectionState,
  observation: Observation,
): Condition[] {
  const before = new Map((previous ?? []).map((condition) => [condition.type, condition]));
  const connected = connectedFinding(observation);
  const synchronized = synchronizedFinding(before.get('Synchronized'), state, observation);
  const findings: [OwnCondition, Finding | undefined][] = [
    ['Connected', connected],
    ['Synchronized', synchronized],
    ['Ready', readyFinding(connected, synchronized)],
    ['LabelsReported', labelsFinding(observation)],
    ['DeletionsHeld', heldFinding(before.get('DeletionsHeld'), observation)],
    ['Suspended', suspendedFinding(observation)],
    ['ReconnectPending', reconnectFinding(observation)],
    ['StoreForbidden', storeFinding(observation)],
    ...LASTING.map((type): [OwnCondition, Finding | undefined] => [
      type as OwnCondition,
      warningFinding(type, observation),
    ]),
  ];
  const foreign = (previous ?? []).filter(({ type }) => !isOwnCondition(type));
  const own = findings.flatMap(([type, finding]) =>
    finding ? [dated(before.get(type), type, finding, observation)] : [],
  );
  return [...own, ...foreign];
}

/** The condition of a finding, with the time of its last change of `status`. */
export function dated(
  before: Condition | undefined,
  type: OwnCondition,
  finding: Finding,
  { generation, now }: Pick<Observation, 'generation' | 'now'>,
): Condition {
  return {
    type,
    ...finding,
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    lastTransitionTime: before?.status === finding.status ? before.lastTransitionTime : formatTime(now),
  };
}

function connectedFinding({ connection, credential }: Observation): Finding {
  if (connection.ok) {
    const until = credential ? ` until ${formatTime(credential.notAfter)}` : '';
    return { status: 'True', reason: 'Connected', message: `the client certificate is valid${until}` };
  }
  const { error } = connection;
  return {
    status: 'False',
    reason: error?.reason ?? 'InternalError',
    message: clip(error?.message ?? 'the connection failed without an error'),
  };
}

function synchronizedFinding(before: Condition | undefined, state: ConnectionState, observation: Observation): Finding {
  if (state === 'ConnectionFailed') {
    const reason = observation.connection.error?.reason ?? 'InternalError';
    return { status: 'Unknown', reason, message: 'nothing is synchronized while the connection fails' };
  }
  const suspended = syncSuspension(observation);
  if (suspended) return { status: 'False', reason: 'Suspended', message: suspensionText(suspended) };
  const outcome = currentOutcome(observation);
  return outcome ? outcomeFinding(outcome) : findingBefore(before, state, observation);
}

/** What somebody has suspended, whatever of it: as long as it lasts. */
function suspendedFinding({ sync }: Observation): Finding | undefined {
  return sync?.suspended && { status: 'True', reason: 'Suspended', message: suspensionText(sync.suspended) };
}

function suspensionText(suspended: SuspensionObservation): string {
  return clip(describeSuspension(suspended));
}

function outcomeFinding(outcome: SyncOutcome): Finding {
  if (!outcome.fetch.ok) {
    const { error } = outcome.fetch;
    return {
      status: 'False',
      reason: error?.reason ?? 'InternalError',
      message: clip(error?.message ?? 'listing the Applications failed without an error'),
    };
  }
  if (outcome.applyError || outcome.failed.length > 0) {
    return { status: 'False', reason: applicationReason(outcome), message: applicationText(outcome) };
  }
  const applications = outcome.fetch.listed === 1 ? '1 Application' : `${outcome.fetch.listed} Applications`;
  return { status: 'True', reason: 'Synchronized', message: `${applications} in sync` };
}

/** The reason that all failures share, if they do. */
function applicationReason({ applyError, failed }: SyncOutcome): string {
  const reasons = new Set([...(applyError ? [applyError.reason] : []), ...failed.map(({ reason }) => reason)]);
  const [only] = reasons;
  return reasons.size === 1 && only ? only : 'ApplicationFailed';
}

/** After a restart and before the first synchronization: what the status said, if it fits the state that was kept. */
function findingBefore(before: Condition | undefined, state: ConnectionState, observation: Observation): Finding {
  if (state === 'Connected' || isNewlyPaired(observation)) {
    return { status: 'Unknown', reason: 'Pending', message: 'no synchronization has ended yet' };
  }
  if (before) return { status: before.status, reason: before.reason, message: before.message };
  const isTrue = state === 'Synchronized' || state === 'MetadataUpdateFailed';
  return {
    status: isTrue ? 'True' : 'Unknown',
    reason: isTrue ? 'Synchronized' : 'Pending',
    message: 'as of the last start',
  };
}

function readyFinding(connected: Finding, synchronized: Finding): Finding {
  const blocking = [connected, synchronized].find(({ status }) => status !== 'True');
  if (!blocking) return { status: 'True', reason: 'Ready', message: 'connected and synchronized' };
  return { status: 'False', reason: blocking.reason, message: blocking.message };
}

function labelsFinding({ labels }: Observation): Finding | undefined {
  if (!labels) return undefined;
  if (!labels.error) return { status: 'True', reason: 'LabelsReported', message: "the Runtime's labels are as set" };
  return { status: 'False', reason: 'LabelsFailed', message: clip(labels.error.message) };
}

function reconnectFinding({ reconnect }: Observation): Finding | undefined {
  return reconnect && { status: 'True', reason: reconnect.reason, message: clip(reconnect.message) };
}

/** What a pairing or renewal gives cannot be stored, which nobody but a person can mend. */
function storeFinding({ connection: { error }, reconnect }: Observation): Finding | undefined {
  const why = [error, reconnect].find((one) => one?.reason === 'StoreForbidden');
  return why && { status: 'True', reason: 'StoreForbidden', message: clip(why.message) };
}

function warningFinding(type: WarningType, { warnings }: Observation): Finding | undefined {
  const warning = warnings.find((candidate) => candidate.type === type);
  return warning && { status: 'True', reason: type, message: clip(warning.message) };
}

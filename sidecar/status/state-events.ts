import type { CompassConnectionStatus, Condition } from '#common/resources/compass-connection.ts';
import { planOf } from './held-plan.ts';
import type { Observation } from './observation.ts';

/** What a Kubernetes Event says, before it is about an object. */
export interface Occurrence {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** Conditions that are a warning while they are True, beside the state. */
const WARNINGS: readonly string[] = [
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
];

const GOOD_STATES: readonly string[] = ['Connected', 'Synchronized'];

/** What has happened from one status to the next: a change of state, a warning that came up, a new pairing, a renewal. */
export function stateEvents(
  before: CompassConnectionStatus | undefined,
  after: CompassConnectionStatus,
): readonly Occurrence[] {
  const state = before?.connectionState === after.connectionState ? [] : [stateEvent(after)];
  return [...state, ...renewalEvents(before, after), ...warningEvents(before, after), ...resumeEvents(before, after)];
}

/** What has happened that no status keeps. */
export function passingEvents({ restored }: Pick<Observation, 'restored'>): readonly Occurrence[] {
  return restored === undefined ? [] : [{ type: 'Warning', reason: 'CredentialRestored', message: restored }];
}

function stateEvent({
  connectionState,
  connectionStatus,
  synchronizationStatus,
  conditions,
}: CompassConnectionStatus): Occurrence {
  const isGood = GOOD_STATES.includes(connectionState);
  const error = connectionStatus.error ?? synchronizationStatus?.error;
  const message = isGood ? conditionMessage(conditions, connectionState) : error;
  return { type: isGood ? 'Normal' : 'Warning', reason: connectionState, message: message ?? connectionState };
}

function conditionMessage(conditions: readonly Condition[] | undefined, type: string): string | undefined {
  return conditions?.find((condition) => condition.type === type)?.message;
}

function renewalEvents(before: CompassConnectionStatus | undefined, after: CompassConnectionStatus): Occurrence[] {
  const { renewed, certificateStatus } = after.connectionStatus;
  if (!before || !renewed || before.connectionStatus.renewed === renewed) return [];
  const message = `the client certificate was renewed; it is valid until ${certificateStatus.notAfter ?? 'an unknown time'}`;
  return [{ type: 'Normal', reason: 'Renewed', message }];
}

function warningEvents(before: CompassConnectionStatus | undefined, after: CompassConnectionStatus): Occurrence[] {
  const stood = new Set(standing(before).map(newsOf));
  return standing(after)
    .filter((condition) => !stood.has(newsOf(condition)))
    .map(({ type, reason, message }) => ({
      type: 'Warning',
      reason: type === 'ReconnectPending' ? reason : type,
      message,
    }));
}

function resumeEvents(before: CompassConnectionStatus | undefined, after: CompassConnectionStatus): Occurrence[] {
  const find = (status: CompassConnectionStatus | undefined) =>
    standing(status).find(({ type }) => type === 'Suspended');
  const was = find(before);
  if (!was || find(after)) return [];
  return [{ type: 'Normal', reason: 'Resumed', message: `resumed; the status said: ${was.message}` }];
}

function standing(status: CompassConnectionStatus | undefined): readonly Condition[] {
  return (status?.conditions ?? []).filter(({ type, status: value }) => value === 'True' && WARNINGS.includes(type));
}
/** What must differ for a warning to be told again. */
function newsOf(condition: Condition): string {
  const { type, message } = condition;
  // An alarm that rises is news each time, and so is another suspension.
  if (type === 'DeletionsHeld') return `${type} ${planOf(condition)}`;
  return type === 'RenewalOverdue' || type === 'Suspended' ? `${type} ${message}` : type;
}

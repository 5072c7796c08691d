import type { CompassError } from '#common/errors.ts';
import type { FailedApplication, SyncOutcome } from '#common/sync/outcome.ts';

const LONGEST_TEXT = 1_024;
const LONGEST_NAME = 120;
const NAMED = 5;

/** Text cut to what a status field or an Event should hold. */
export function clip(text: string, longest = LONGEST_TEXT): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** An error as the status carries it: the reason stands in the text because the CRD in the field keeps no conditions. */
export function errorText(error: CompassError | undefined): string {
  return error ? clip(`${error.reason}: ${error.message}`) : 'InternalError: failed without an error';
}

/** What was not applied, naming up to five Applications. */
export function applicationText(outcome: SyncOutcome): string {
  const named = outcome.failed.slice(0, NAMED).map(describe);
  const more = outcome.failed.length - named.length;
  const failed = named.length > 0 ? [`not applied: ${named.join(', ')}${more > 0 ? `, and ${more} more` : ''}`] : [];
  const whole = outcome.applyError ? [errorText(outcome.applyError)] : [];
  return clip([...whole, ...failed].join('; '));
}

function describe({ name, reason, message }: FailedApplication): string {
  return `${JSON.stringify(clip(name, LONGEST_NAME))} (${reason}: ${clip(message, LONGEST_NAME)})`;
}

import { remediationOf } from '../failure.ts';

/** A right that was missing, as `kubectl auth can-i` takes it. */
export interface MissingRight {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
}

/** A right that was missing: it says "not permitted", since what it would read may well be there. */
export function describeRight({ verb, resource, namespace }: MissingRight): string {
  return `not permitted: ${verb} ${resource}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

/** The command that asks whether somebody has a right. */
export function canICommand({ verb, resource, namespace }: MissingRight): string {
  if (resource.startsWith('compassconnections')) return `kubectl auth can-i ${verb} ${resource}`;
  return `kubectl auth can-i ${verb} ${resource} ${namespace === undefined ? '--all-namespaces' : `-n ${namespace}`}`;
}

/** Missing rights as documents have them. */
export function notPermittedList(rights: readonly MissingRight[]): readonly object[] {
  return rights.map((right) => ({
    ...right,
    message: describeRight(right),
    remediation: [remediationOf(canICommand(right))],
  }));
}

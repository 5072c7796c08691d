import { atCluster, type Place, remediationOf } from '../failure.ts';

/** A right that was missing, as `kubectl auth can-i` takes it. */
export interface MissingRight {
  readonly verb: string;
  readonly resource: string;
  readonly namespace?: string | undefined;
  /** One object of the kind: a right may be given for it alone. */
  readonly name?: string | undefined;
}

/** A right that was missing: it says "not permitted", since what it would read may well be there. */
export function describeRight({ verb, resource, namespace, name }: MissingRight): string {
  const what = name === undefined ? resource : `${resource}/${name}`;
  return `not permitted: ${verb} ${what}${namespace === undefined ? '' : ` in namespace ${namespace}`}`;
}

/**
 * The command that asks whether somebody has a right; with a place as it has to be typed, to ask the same cluster as the
 * same user.
 */
export function canICommand(
  { verb, resource, namespace, name }: MissingRight,
  place: Pick<Place, 'clusterFlags'> = {},
): string {
  const what = name === undefined ? resource : `${resource}/${name}`;
  const where = namespace === undefined ? '--all-namespaces' : `-n ${namespace}`;
  const isOfCluster = resource.startsWith('compassconnections');
  return atCluster(`kubectl auth can-i ${verb} ${what}${isOfCluster ? '' : ` ${where}`}`, place);
}

/** Missing rights as documents have them. */
export function notPermittedList(rights: readonly MissingRight[]): readonly object[] {
  return rights.map((right) => ({
    ...right,
    message: describeRight(right),
    remediation: [remediationOf(canICommand(right))],
  }));
}

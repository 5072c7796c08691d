import { CompassError, hasReason } from '#common/errors.ts';
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

/** The right whose lack hides the CompassConnection itself, among those that were missing. */
export function hiddenResource(rights: readonly MissingRight[]): MissingRight | undefined {
  return rights.find(({ resource }) => resource.startsWith('compassconnections'));
}

/** The right whose lack hides the report. */
export function hiddenReport(rights: readonly MissingRight[]): MissingRight | undefined {
  return rights.find(({ resource }) => resource === 'configmaps');
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

/** What was refused, in the cluster's own words, which begin with verb, resource, name and namespace. */
const REFUSED =
  /\b(get|list|watch|create|patch|update|delete) ([a-z./-]+)(?: "[^"]*")?(?: in namespace "?([a-z\d-]+)"?)?/;

/** The right whose lack the cluster's refusal names; undefined for any other error. */
export function rightRefused(error: CompassError): MissingRight | undefined {
  const [, verb, resource, namespace] = (error.reason === 'ClusterForbidden' && REFUSED.exec(error.message)) || [];
  return verb === undefined || resource === undefined ? undefined : { verb, resource, namespace };
}

/** A refusal with the command that asks for the very right; any other error, and one that knows its next step, as it is. */
export function withCanI(error: unknown): unknown {
  if (!hasReason(error, 'ClusterForbidden') || error.next !== undefined) return error;
  const right = rightRefused(error);
  if (!right) return error;
  return new CompassError(error.reason, error.message, {
    cause: error,
    status: error.status,
    next: canICommand(right),
  });
}

/** Missing rights as documents have them. */
export function notPermittedList(rights: readonly MissingRight[]): readonly object[] {
  return rights.map((right) => ({
    ...right,
    message: describeRight(right),
    remediation: [remediationOf(canICommand(right))],
  }));
}

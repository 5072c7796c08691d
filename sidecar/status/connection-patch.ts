import type { CompassConnection, CompassConnectionStatus } from '#common/resources/compass-connection.ts';
import { readAnnotation, requestAnnotation, type SidecarRequest } from '#common/resources/requests.ts';
import { isOwnCondition } from './conditions.ts';
import { mergeDiff } from './merge-diff.ts';

/** What a pass has done of what the CompassConnection asked for, so that it is taken off it. */
export interface Done {
  readonly resyncNow?: boolean;
  readonly refreshCredentialsNow?: boolean;
  readonly requests?: readonly Pick<SidecarRequest, 'verb' | 'id'>[];
}

export interface ConnectionUrls {
  readonly connectorUrl: string;
  readonly directorUrl: string;
}

/** The fields of the status that this program writes, and may therefore remove. */
const OWN_FIELDS = [
  'acquired',
  'notBefore',
  'notAfter',
  'established',
  'lastSync',
  'lastSuccess',
  'renewed',
  'error',
  'lastAttempt',
  'lastSuccessfulFetch',
  'lastSuccessfulApplication',
];

/** The merge patch that makes the status say what is wanted. */
export function statusPatch(current: CompassConnection, wanted: CompassConnectionStatus): object | undefined {
  return mergeDiff(current.status, { ...wanted }, (key) => OWN_FIELDS.includes(key));
}

/** The merge patch of spec: new URLs, flags of what is done. */
export function specPatch(
  { spec }: CompassConnection,
  urls: ConnectionUrls | undefined,
  done: Done,
): object | undefined {
  const wanted = {
    ...(urls ? { managementInfo: { connectorUrl: urls.connectorUrl, directorUrl: urls.directorUrl } } : {}),
    ...(done.resyncNow && spec?.resyncNow ? { resyncNow: false } : {}),
    ...(done.refreshCredentialsNow && spec?.refreshCredentialsNow ? { refreshCredentialsNow: false } : {}),
  };
  return mergeDiff(spec, wanted, () => false);
}

/** The merge patch of the annotations: those of finished requests go, unless another request has taken their place. */
export function annotationPatch({ metadata }: CompassConnection, done: Done): object | undefined {
  const finished = (done.requests ?? []).filter(({ verb, id }) => {
    const value = metadata.annotations?.[requestAnnotation(verb)];
    return value !== undefined && readAnnotation(verb, value).id === id;
  });
  if (finished.length === 0) return undefined;
  return Object.fromEntries(finished.map(({ verb }) => [requestAnnotation(verb), null]));
}

/** Our conditions and, beside them, those that others have put into the object. */
export function withForeignConditions(
  wanted: CompassConnectionStatus,
  current: CompassConnectionStatus | undefined,
): CompassConnectionStatus {
  const foreign = (current?.conditions ?? []).filter(({ type }) => !isOwnCondition(type));
  const own = (wanted.conditions ?? []).filter(({ type }) => isOwnCondition(type));
  return { ...wanted, conditions: [...own, ...foreign] };
}

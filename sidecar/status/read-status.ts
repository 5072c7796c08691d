import { isRecord, type JsonRecord } from '#common/json.ts';
import type {
  CertificateStatus,
  CompassConnection,
  CompassConnectionStatus,
  Condition,
  SynchronizationStatus,
} from '#common/resources/compass-connection.ts';

const CERTIFICATE: readonly (keyof CertificateStatus)[] = ['acquired', 'notBefore', 'notAfter'];
const CONNECTION = ['established', 'lastSync', 'lastSuccess', 'renewed', 'error'] as const;
const SYNCHRONIZATION: readonly (keyof SynchronizationStatus)[] = [
  'lastAttempt',
  'lastSuccessfulFetch',
  'lastSuccessfulApplication',
  'error',
];

/**
 * The status of an object that anybody may have edited: parts of the wrong shape are read as absent (K18), and what others
 * added stays out of it, but for their conditions.
 */
export function readStatus(connection: CompassConnection | undefined): CompassConnectionStatus | undefined {
  const status: unknown = connection?.status;
  if (!isRecord(status)) return undefined;
  const { connectionState, connectionStatus, synchronizationStatus, conditions } = status as Record<string, unknown>;
  const certificate = isRecord(connectionStatus) ? connectionStatus['certificateStatus'] : undefined;
  return {
    connectionState: typeof connectionState === 'string' ? connectionState : '',
    connectionStatus: { ...texts(connectionStatus, CONNECTION), certificateStatus: texts(certificate, CERTIFICATE) },
    synchronizationStatus: texts(synchronizationStatus, SYNCHRONIZATION),
    ...(Array.isArray(conditions) ? { conditions: conditions.filter(isCondition) } : {}),
  };
}

function texts<Key extends string>(source: unknown, keys: readonly Key[]): { readonly [key in Key]?: string } {
  const present = keys.filter((key) => isRecord(source) && typeof source[key] === 'string');
  return Object.fromEntries(present.map((key) => [key, (source as JsonRecord)[key]])) as { [key in Key]?: string };
}

/** As the API conventions have them: flat. One with more in it is nobody's. */
function isCondition(value: unknown): value is Condition {
  if (!isRecord(value) || typeof value['type'] !== 'string' || typeof value['status'] !== 'string') return false;
  return Object.values(value).every((part) => typeof part !== 'object' || part === null);
}

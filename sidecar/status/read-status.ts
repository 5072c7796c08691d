import type {
  CertificateStatus,
  CompassConnection,
  CompassConnectionStatus,
  Condition,
  ConnectionStatus,
  SynchronizationStatus,
} from '#common/resources/compass-connection.ts';

/** The status of an object that anybody may have edited: parts of the wrong shape are read as absent (K18). */
export function readStatus(connection: CompassConnection | undefined): CompassConnectionStatus | undefined {
  const status: unknown = connection?.status;
  if (!isObject(status)) return undefined;
  const connectionPart = objectOr(status['connectionStatus']) as Partial<ConnectionStatus>;
  return {
    connectionState: typeof status['connectionState'] === 'string' ? status['connectionState'] : '',
    connectionStatus: {
      ...connectionPart,
      certificateStatus: objectOr(connectionPart.certificateStatus) as CertificateStatus,
    },
    synchronizationStatus: objectOr(status['synchronizationStatus']) as SynchronizationStatus,
    ...(Array.isArray(status['conditions']) ? { conditions: status['conditions'].filter(isCondition) } : {}),
  };
}

function isCondition(value: unknown): value is Condition {
  return isObject(value) && typeof value['type'] === 'string' && typeof value['status'] === 'string';
}

function objectOr(value: unknown): object {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

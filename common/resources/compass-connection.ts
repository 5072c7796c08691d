import type { Kind, KubeObject } from '../cluster/objects.ts';

/** compassconnections.compass.kyma-project.io, cluster-scoped, as the CRD in the field has it. */
export const COMPASS_CONNECTION: Kind = {
  apiVersion: 'compass.kyma-project.io/v1alpha1',
  kind: 'CompassConnection',
  plural: 'compassconnections',
  namespaced: false,
};

export const CONNECTION_STATES = [
  'Connected',
  'ConnectionFailed',
  'ConnectionMaintenanceFailed',
  'SynchronizationFailed',
  'ResourceApplicationFailed',
  'MetadataUpdateFailed',
  'Synchronized',
] as const;

export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** RFC 3339 in UTC with whole seconds; null and absent are the same to readers. */
export type Time = string | null;

export interface Condition {
  readonly type: 'Connected' | 'Synchronized' | 'Ready' | (string & {});
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
  readonly lastTransitionTime: string;
}

export interface CertificateStatus {
  readonly acquired?: Time;
  readonly notBefore?: Time;
  readonly notAfter?: Time;
}

export interface ConnectionStatus {
  readonly certificateStatus: CertificateStatus;
  readonly established?: Time;
  readonly lastSync?: Time;
  readonly lastSuccess?: Time;
  readonly renewed?: Time;
  readonly error?: string;
}

export interface SynchronizationStatus {
  readonly lastAttempt?: Time;
  readonly lastSuccessfulFetch?: Time;
  readonly lastSuccessfulApplication?: Time;
  readonly error?: string;
}

export interface CompassConnectionStatus {
  readonly connectionState: ConnectionState | (string & {});
  readonly connectionStatus: ConnectionStatus;
  readonly synchronizationStatus?: SynchronizationStatus | null;
  /** Only where the CRD keeps them: the one in the field prunes them. */
  readonly conditions?: readonly Condition[];
}

export interface CompassConnection extends KubeObject {
  readonly spec: {
    readonly managementInfo: { readonly connectorUrl: string; readonly directorUrl: string };
    readonly resyncNow?: boolean;
    readonly refreshCredentialsNow?: boolean;
  };
  readonly status?: CompassConnectionStatus;
}

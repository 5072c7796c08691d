import type { Kind, KubeObject } from '../cluster/objects.ts';

/** applications.applicationconnector.kyma-project.io, cluster-scoped. */
export const APPLICATION: Kind = {
  apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: false,
};

export interface EntryCredentials {
  readonly type: string;
  readonly secretName: string;
  readonly authenticationUrl?: string;
  readonly csrfInfo?: { readonly tokenEndpointURL: string };
}

export interface ServiceEntry {
  readonly type: 'API' | 'Events';
  readonly id: string;
  readonly name: string;
  readonly targetUrl?: string;
  readonly centralGatewayUrl?: string;
  readonly credentials?: EntryCredentials;
  readonly requestParametersSecretName?: string;
}

/** One for each bundle. */
export interface ApplicationService {
  readonly id: string;
  readonly identifier: string;
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly providerDisplayName: string;
  readonly authCreateParameterSchema?: string;
  readonly entries: readonly ServiceEntry[];
}

export interface ApplicationSpec {
  readonly description?: string;
  readonly skipInstallation?: boolean;
  readonly skipVerify?: boolean;
  readonly encodeUrl?: boolean;
  readonly labels?: Readonly<Record<string, string>> | null;
  readonly services?: readonly ApplicationService[];
  /** Absent where the Application is somebody else's: then it is never touched. */
  readonly compassMetadata?: {
    readonly applicationId?: string;
    readonly authentication: { readonly clientIds: readonly string[] };
  };
}

export interface Application extends KubeObject {
  readonly spec?: ApplicationSpec;
}

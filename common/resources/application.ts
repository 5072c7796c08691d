import type { Kind, KubeObject } from '../cluster/objects.ts';
import { isRecord, type JsonRecord } from '../json.ts';

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

/** An entry of an Application in the cluster, as far as it can be relied on: the Secrets that it names. */
export type FoundEntry = Pick<ServiceEntry, 'credentials' | 'requestParametersSecretName'>;

/** A service of an Application in the cluster, as far as it can be relied on. */
export interface FoundService {
  readonly id: string;
  readonly entries: readonly FoundEntry[];
}

/**
 * The services of an Application as it stands in the cluster. Definitions of other versions let anything stand there: what has
 * another shape is left out.
 */
export function servicesOf({ spec }: { readonly spec?: unknown }): readonly FoundService[] {
  const services = isRecord(spec) ? spec['services'] : undefined;
  return records(services).flatMap(({ id, entries }) =>
    typeof id === 'string' ? [{ id, entries: records(entries).map(readEntry) }] : [],
  );
}

function readEntry({ credentials, requestParametersSecretName: parameters }: JsonRecord): FoundEntry {
  const isNamed = isRecord(credentials) && isName(credentials['secretName']);
  return {
    ...(isNamed ? { credentials: credentials as unknown as EntryCredentials } : {}),
    ...(isName(parameters) ? { requestParametersSecretName: parameters } : {}),
  };
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** What Compass knows it by; undefined where it is not from there. */
export function compassMetadataOf({ spec }: { readonly spec?: unknown }): JsonRecord | undefined {
  const metadata = isRecord(spec) ? spec['compassMetadata'] : undefined;
  return isRecord(metadata) ? metadata : undefined;
}

function records(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

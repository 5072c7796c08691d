/** A JSON value, as labels and schemas carry it. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

type JsonMap = Record<string, Json>;

/** A map of string to list of strings: HTTP headers or query parameters. */
type MultiMap = Record<string, string[]>;

export type Credential =
  | { type: 'Basic'; username: string; password: string }
  | { type: 'OAuth'; clientId: string; clientSecret: string; url: string }
  | { type: 'CertificateOAuth'; clientId: string; certificate: string; url: string };

/** How callers of a bundle's APIs prove themselves. */
export interface Auth {
  credential: Credential | null;
  additionalHeaders: MultiMap | null;
  additionalQueryParams: MultiMap | null;
  requestAuth: { csrf: { tokenEndpointURL: string } | null } | null;
}

interface Version {
  value: string;
  deprecated: boolean | null;
  deprecatedSince: string | null;
  forRemoval: boolean | null;
}

export interface EventDefinition {
  id: string;
  name: string;
  description: string | null;
  group: string | null;
  version: Version | null;
}

export interface ApiDefinition extends EventDefinition {
  targetURL: string;
}

export interface Bundle {
  id: string;
  name: string;
  description: string | null;
  /** JSON text, not a JSON value. */
  instanceAuthRequestInputSchema: string | null;
  apiDefinitions: ApiDefinition[];
  eventDefinitions: EventDefinition[];
  defaultInstanceAuth: Auth | null;
}

export interface Application {
  id: string;
  tenant: string;
  /** A Runtime sees the Applications that share a formation with it. */
  formations: string[];
  name: string;
  providerName: string | null;
  description: string | null;
  labels: JsonMap | null;
  auths: { id: string }[] | null;
  bundles: Bundle[];
}

export interface Runtime {
  id: string;
  tenant: string;
  name: string;
  formations: string[];
  labels: JsonMap;
}

import type { Application, ApplicationService, EntryCredentials, ServiceEntry } from '#common/resources/application.ts';
import { DOCUMENT_API_VERSION } from '../output/document.ts';
import { maskLogins } from '../output/login.ts';
import type { Readiness } from './readiness.ts';

/** What every item of ours has. It is part of an Application, which is `ready` or not as a whole. */
interface Item {
  readonly apiVersion: typeof DOCUMENT_API_VERSION;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  /** As Compass has it. */
  readonly id: string;
  readonly application: string;
  readonly status: { readonly ready: string; readonly reason?: string; readonly message?: string };
}

export interface Authentication {
  readonly type: string;
  readonly secretName: string;
  readonly tokenUrl?: string;
  readonly csrfTokenUrl?: string;
}

export interface BundleItem extends Item {
  readonly kind: 'Bundle';
  readonly displayName: string;
  readonly description: string;
  readonly apis: number;
  readonly events: number;
  readonly authentication?: Authentication;
  readonly parametersSecretName?: string;
}

export interface ApiItem extends Item {
  readonly kind: 'Api';
  /** The name of its service. */
  readonly bundle: string;
  /** Without a login, as all URLs here. */
  readonly targetUrl?: string;
  readonly gatewayUrl?: string;
  readonly authentication?: Authentication;
  readonly parametersSecretName?: string;
}

export interface EventItem extends Item {
  readonly kind: 'EventDefinition';
  readonly bundle: string;
}

/** A bundle: a service of an Application. */
export function bundleItem(application: Application, service: ApplicationService, readiness: Readiness): BundleItem {
  const entries = service.entries ?? [];
  const withSecret = entries.find(({ credentials }) => credentials?.secretName);
  const parameters = entries.find(({ requestParametersSecretName }) => requestParametersSecretName);
  return {
    ...item('Bundle', application, service, readiness),
    displayName: service.displayName ?? '',
    description: service.description ?? '',
    apis: entries.filter(({ type }) => type === 'API').length,
    events: entries.filter(({ type }) => type === 'Events').length,
    ...access(withSecret?.credentials, parameters?.requestParametersSecretName),
  };
}

export function apiItem(
  application: Application,
  service: ApplicationService,
  entry: ServiceEntry,
  readiness: Readiness,
): ApiItem {
  return {
    ...item('Api', application, entry, readiness),
    bundle: service.name,
    ...(entry.targetUrl ? { targetUrl: maskLogins(entry.targetUrl) } : {}),
    ...(entry.centralGatewayUrl ? { gatewayUrl: maskLogins(entry.centralGatewayUrl) } : {}),
    ...access(entry.credentials, entry.requestParametersSecretName),
  };
}

export function eventItem(
  application: Application,
  service: ApplicationService,
  entry: ServiceEntry,
  readiness: Readiness,
): EventItem {
  return { ...item('EventDefinition', application, entry, readiness), bundle: service.name };
}

function item<K extends string>(
  kind: K,
  { metadata }: Application,
  { id, name }: { readonly id: string; readonly name: string },
  { ready, reason, message }: Readiness,
): Item & { readonly kind: K } {
  return {
    apiVersion: DOCUMENT_API_VERSION,
    kind,
    metadata: { name, ...(metadata.labels ? { labels: metadata.labels } : {}) },
    id,
    application: metadata.name,
    status: { ready, ...(reason ? { reason } : {}), ...(message ? { message } : {}) },
  };
}

function access(credentials: EntryCredentials | undefined, parametersSecretName: string | undefined) {
  return {
    ...(credentials?.secretName ? { authentication: authentication(credentials) } : {}),
    ...(parametersSecretName ? { parametersSecretName } : {}),
  };
}

function authentication({ type, secretName, authenticationUrl, csrfInfo }: EntryCredentials): Authentication {
  const csrfTokenUrl = csrfInfo?.tokenEndpointURL;
  return {
    type,
    secretName,
    ...(authenticationUrl ? { tokenUrl: maskLogins(authenticationUrl) } : {}),
    ...(csrfTokenUrl ? { csrfTokenUrl: maskLogins(csrfTokenUrl) } : {}),
  };
}

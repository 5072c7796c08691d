import { createHash } from 'node:crypto';
import type { ApiDefinition, Application, Auth, Bundle } from '../../simulator/model.ts';

/*
 * What a cluster is to hold for what the Director lists, written down a second time from the documents of the mapping: it
 * shares nothing with the program whose work it judges.
 */

/** Where things are, by the settings of the sidecar. */
export interface Settings {
  readonly gateway: string;
  readonly connection: string;
}

interface ExpectedApplication {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: object;
}

interface ExpectedSecret {
  readonly name: string;
  /** The Application's name. */
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Decoded; what holds JSON is parsed. */
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Expected {
  readonly applications: readonly ExpectedApplication[];
  readonly secrets: readonly ExpectedSecret[];
}

const PREFIX_ROOM = 27;
const LONGEST_LABEL = 63;

/** The Director lists everything by its id. */
function byId<T extends { readonly id: string }>(all: readonly T[]): readonly T[] {
  return all.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function sha(algorithm: 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

/** For URLs and names of services. */
function normalize(name: string): string {
  const dashed = name.replace(/[^A-Za-z0-9]+/g, '-').toLowerCase();
  return dashed.replace(/-$/, '').slice(0, 57).replace(/^-/, '');
}

function serviceName(name: string, id: string): string {
  return `${normalize(name)}-${sha('sha1', id).slice(0, 5)}`.replace(/^-/, '');
}

function secretName(prefix: string, bundleId: string): string {
  return `${prefix.slice(0, PREFIX_ROOM - 1)}-${bundleId}`;
}

function labelOf(name: string): string {
  return name.length <= LONGEST_LABEL ? name : `${name.slice(0, 54)}-${sha('sha256', name).slice(0, 8)}`;
}

function hasContent(map: object | null | undefined): map is object {
  return map !== null && map !== undefined && Object.keys(map).length > 0;
}

function parametersOf(auth: Auth | null): Readonly<Record<string, object>> {
  const { additionalHeaders: headers, additionalQueryParams: queryParameters } = auth ?? {};
  return {
    ...(hasContent(headers) ? { headers } : {}),
    ...(hasContent(queryParameters) ? { queryParameters } : {}),
  };
}

function credentialsOf({ name }: Application, { id, defaultInstanceAuth: auth }: Bundle): object | undefined {
  const { credential } = auth ?? {};
  const csrf = auth?.requestAuth?.csrf;
  const rest = {
    secretName: secretName(name, id),
    ...(csrf ? { csrfInfo: { tokenEndpointURL: csrf.tokenEndpointURL } } : {}),
  };
  if (credential?.type === 'OAuth') return { type: 'OAuth', authenticationUrl: credential.url, ...rest };
  return credential?.type === 'Basic' ? { type: 'Basic', ...rest } : undefined;
}

function apiEntry(application: Application, bundle: Bundle, api: ApiDefinition, { gateway }: Settings): object {
  const credentials = credentialsOf(application, bundle);
  const hasParameters = hasContent(parametersOf(bundle.defaultInstanceAuth));
  return {
    id: api.id,
    name: api.name,
    type: 'API',
    targetUrl: api.targetURL,
    centralGatewayUrl: [gateway, application.name, normalize(bundle.name), normalize(api.name)].join('/'),
    ...(credentials ? { credentials } : {}),
    ...(hasParameters ? { requestParametersSecretName: secretName(`params-${application.name}`, bundle.id) } : {}),
  };
}

function serviceOf(application: Application, bundle: Bundle, settings: Settings): object {
  const { id, name, description, instanceAuthRequestInputSchema: schema } = bundle;
  return {
    id,
    name: serviceName(name, id),
    displayName: name,
    description: description || 'Description not provided',
    ...(schema === null ? {} : { authCreateParameterSchema: schema }),
    entries: [
      ...byId(bundle.apiDefinitions).map((api) => apiEntry(application, bundle, api, settings)),
      ...byId(bundle.eventDefinitions).map((event) => ({ id: event.id, name: event.name, type: 'Events' })),
    ],
  };
}

function contentOf({ defaultInstanceAuth: auth }: Bundle): Readonly<Record<string, string>> | undefined {
  const { credential } = auth ?? {};
  if (credential?.type === 'OAuth') return { clientId: credential.clientId, clientSecret: credential.clientSecret };
  if (credential?.type === 'Basic') return { username: credential.username, password: credential.password };
  return undefined;
}

function secretsOf({ name }: Application, bundle: Bundle, { connection }: Settings): ExpectedSecret[] {
  const common = {
    owner: name,
    labels: { app: labelOf(name), bundleId: bundle.id },
    annotations: { 'compass.kyma-project.io/connection': connection },
  };
  const content = contentOf(bundle);
  const parameters = parametersOf(bundle.defaultInstanceAuth);
  return [
    ...(content ? [{ ...common, name: secretName(name, bundle.id), data: content }] : []),
    ...(hasContent(parameters) ? [{ ...common, name: secretName(`params-${name}`, bundle.id), data: parameters }] : []),
  ];
}

/** For Applications whose names can be mapped, and are all different. */
export function expectedOf(applications: readonly Application[], settings: Settings): Expected {
  return {
    applications: applications.map((application) => ({
      name: application.name,
      labels: { 'applicationconnector.kyma-project.io/managed-by': 'compass-runtime-agent' },
      annotations: { 'compass.kyma-project.io/connection': settings.connection },
      spec: {
        description: application.description || 'Description not provided',
        labels: { 'connected-app': application.name },
        compassMetadata: {
          applicationId: application.id,
          authentication: { clientIds: new Set((application.auths ?? []).map(({ id }) => id)) },
        },
        services: byId(application.bundles).map((bundle) => serviceOf(application, bundle, settings)),
      },
    })),
    secrets: applications.flatMap((application) =>
      application.bundles.flatMap((bundle) => secretsOf(application, bundle, settings)),
    ),
  };
}

import type { DirectorApi, DirectorBundle } from '#common/compass/director-types.ts';
import type { ApplicationService, ServiceEntry } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import { formatAccess } from './access-record.ts';
import { bundleCredentials, bundleParameters } from './credentials.ts';
import type { DesiredSecret, KeptBundle, MappingSettings } from './desired.ts';
import { applicationLabel, credentialsSecretName } from './names.ts';
import { normalizeName, serviceName } from './normalize.ts';
import { judgeTarget } from './target-url.ts';

/** What stands where the Director has no description: the Application CRD's readers expect one. */
export const NO_DESCRIPTION = 'Description not provided';

export interface MappedBundle {
  readonly service: ApplicationService;
  readonly secrets: readonly DesiredSecret[];
  readonly kept: readonly KeptBundle[];
  /** Why the bundle cannot be mapped at all. */
  readonly invalid: string | undefined;
  /** What is wrong with the target of one of its APIs, although it can be mapped. */
  readonly odd: string | undefined;
}

/** One bundle of an Application as a service, with the Secrets that its entries name. Pure. */
export function mapBundle(applicationName: string, bundle: DirectorBundle, settings: MappingSettings): MappedBundle {
  const credentials = bundleCredentials(applicationName, bundle);
  const parameters = bundleParameters(applicationName, bundle);
  const secret = (name: string, content: Readonly<Record<string, string>>): DesiredSecret => ({
    name,
    labels: { app: applicationLabel(applicationName), bundleId: bundle.id },
    content: new Sensitive(content),
  });
  const apis = apiEntries(applicationName, bundle, settings, {
    ...(credentials.kind === 'known' ? { credentials: credentials.block } : {}),
    ...(parameters.kind === 'known' ? { requestParametersSecretName: parameters.secretName } : {}),
  });
  const usable = credentials.kind !== 'unusable';
  return {
    service: toService(bundle, [...(usable ? apis : []), ...eventEntries(bundle)]),
    secrets: [
      ...(credentials.kind === 'known'
        ? [{ ...secret(credentials.block.secretName, credentials.content), access: formatAccess(credentials.block) }]
        : []),
      ...(parameters.kind === 'known' ? [secret(parameters.secretName, parameters.content)] : []),
    ],
    kept: usable ? [] : [toKept(applicationName, bundle, apis, credentials.why)],
    invalid: parameters.kind === 'invalid' ? `bundle ${JSON.stringify(bundle.name)}: ${parameters.why}` : undefined,
    odd: oddTarget(bundle),
  };
}

function toService(bundle: DirectorBundle, entries: readonly ServiceEntry[]): ApplicationService {
  const schema = bundle.instanceAuthRequestInputSchema;
  return {
    id: bundle.id,
    identifier: '',
    name: serviceName(bundle.name, bundle.id),
    displayName: bundle.name,
    description: bundle.description || NO_DESCRIPTION,
    providerDisplayName: '',
    ...(schema ? { authCreateParameterSchema: schema } : {}),
    entries,
  };
}

function apiEntries(
  applicationName: string,
  bundle: DirectorBundle,
  settings: MappingSettings,
  access: Pick<ServiceEntry, 'credentials' | 'requestParametersSecretName'>,
): readonly ServiceEntry[] {
  const base = `${settings.gatewayUrl}/${applicationName}/${normalizeName(bundle.name)}`;
  return bundle.apiDefinitions.filter(isOffered).map((api) => ({
    id: api.id,
    name: api.name,
    type: 'API',
    targetUrl: api.targetURL,
    centralGatewayUrl: `${base}/${normalizeName(api.name)}`,
    ...access,
  }));
}

/** What the gateway must not call is no entry. What it cannot call is one all the same: it may be a text of another kind. */
function isOffered({ targetURL }: DirectorApi): boolean {
  return judgeTarget(targetURL) !== 'internal';
}

const ODDITIES = {
  internal: 'leads to the metadata of the node, so it is left out',
  unusable: 'is no http or https URL, and is passed on as it is',
} as const;

/** The first of them, without its URL, which may hold a secret. */
function oddTarget({ name, apiDefinitions }: DirectorBundle): string | undefined {
  for (const api of apiDefinitions) {
    const oddity = judgeTarget(api.targetURL);
    if (oddity)
      return `bundle ${JSON.stringify(name)}: the target URL of API ${JSON.stringify(api.name)} ${ODDITIES[oddity]}`;
  }
  return undefined;
}

function eventEntries(bundle: DirectorBundle): readonly ServiceEntry[] {
  return bundle.eventDefinitions.map((event) => ({ id: event.id, name: event.name, type: 'Events' }));
}

function toKept(
  applicationName: string,
  bundle: DirectorBundle,
  entries: readonly ServiceEntry[],
  why: string,
): KeptBundle {
  const secretName = credentialsSecretName(applicationName, bundle.id);
  return { bundleId: bundle.id, secretName, entries, why: `bundle ${JSON.stringify(bundle.name)}: ${why}` };
}

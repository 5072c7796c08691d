import type { DirectorBundle } from '#common/compass/director-types.ts';
import type { ApplicationService, ServiceEntry } from '#common/resources/application.ts';
import { Sensitive } from '#common/sensitive.ts';
import { bundleCredentials, bundleParameters } from './credentials.ts';
import type { DesiredSecret, KeptBundle, MappingSettings } from './desired.ts';
import { applicationLabel, credentialsSecretName } from './names.ts';
import { normalizeName, serviceName } from './normalize.ts';

/** What stands where the Director has no description: the Application CRD's readers expect one. */
export const NO_DESCRIPTION = 'Description not provided';

export interface MappedBundle {
  readonly service: ApplicationService;
  readonly secrets: readonly DesiredSecret[];
  readonly kept: readonly KeptBundle[];
  /** Why the bundle cannot be mapped at all. */
  readonly invalid: string | undefined;
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
      ...(credentials.kind === 'known' ? [secret(credentials.block.secretName, credentials.content)] : []),
      ...(parameters.kind === 'known' ? [secret(parameters.secretName, parameters.content)] : []),
    ],
    kept: usable ? [] : [toKept(applicationName, bundle, apis, credentials.why)],
    invalid: parameters.kind === 'invalid' ? `bundle ${JSON.stringify(bundle.name)}: ${parameters.why}` : undefined,
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
  return bundle.apiDefinitions.map((api) => ({
    id: api.id,
    name: api.name,
    type: 'API',
    targetUrl: api.targetURL,
    centralGatewayUrl: `${base}/${normalizeName(api.name)}`,
    ...access,
  }));
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

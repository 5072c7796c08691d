import { isDeepStrictEqual } from 'node:util';
import { isRecord, parseJson } from '#common/json.ts';
import { ANNOTATION_PREFIX } from '#common/resources/names.ts';
import type { SidecarContainer, SidecarDeployment } from './deployment.ts';
import { DEFAULT_VALUES, type InstallationValues } from './values.ts';

/** On the Deployment: the values in which the installation differs, as JSON, so that an upgrade keeps them. */
export const VALUES_ANNOTATION = `${ANNOTATION_PREFIX}installation-values`;

/** The annotation that keeps these values; undefined where there is nothing to keep. */
export function valuesAnnotation(values: InstallationValues): Readonly<Record<string, string>> | undefined {
  const { namespace: _, ...kept } = values;
  const different = Object.entries(kept).filter(
    ([key, value]) => !isDeepStrictEqual(value, DEFAULT_VALUES[key as keyof InstallationValues]),
  );
  if (different.length === 0) return undefined;
  return { [VALUES_ANNOTATION]: JSON.stringify(Object.fromEntries(different)) };
}

/**
 * The values of an installation that is there: as its annotation keeps them, else as its Deployment shows them. How many
 * replicas there are, whoever scaled it, the Deployment says; none of them is a pause, and no value.
 */
export function keptValues(deployment: SidecarDeployment, defaults: SidecarContainer): InstallationValues {
  const { namespace = DEFAULT_VALUES.namespace, annotations = {} } = deployment.metadata;
  const kept = parseJson(annotations[VALUES_ANNOTATION] ?? '');
  const base = { ...DEFAULT_VALUES, namespace };
  const values = isRecord(kept) ? { ...base, ...usable(kept) } : { ...base, ...shown(deployment, defaults) };
  const { replicas = values.replicas } = deployment.spec;
  return replicas > 0 ? { ...values, replicas } : values;
}

/** What has the type that it must have: others may have written it. */
function usable(kept: Readonly<Record<string, unknown>>): Partial<InstallationValues> {
  const entries = Object.entries(kept).filter(([key, value]) => {
    if (key === 'caConfigMap') return typeof value === 'string';
    if (key === 'namespace' || !Object.hasOwn(DEFAULT_VALUES, key)) return false;
    const fallback = DEFAULT_VALUES[key as keyof InstallationValues];
    return typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback) && value !== null;
  });
  return Object.fromEntries(entries) as Partial<InstallationValues>;
}

/** What was said to an installation by other means: kustomize, an editor. */
function shown({ spec }: SidecarDeployment, defaults: SidecarContainer): Partial<InstallationValues> {
  const pod = spec.template.spec;
  const container = pod.containers.find(({ name }) => name === defaults.name);
  if (!container) return {};
  const own = (defaults.env ?? []).map(({ name }) => name);
  const env = (container.env ?? []).flatMap(({ name, value }) =>
    value === undefined || own.includes(name) ? [] : [[name, value] as const],
  );
  const {
    APP_INTEGRATION_NAMESPACE: integrationNamespace,
    APP_COMPASS_CONNECTION_NAME: connectionName,
    ...settings
  } = Object.fromEntries(env) as Readonly<Record<string, string>>;
  const { image, imagePullPolicy, resources } = container;
  return {
    ...(integrationNamespace === undefined ? {} : { integrationNamespace }),
    ...(connectionName === undefined ? {} : { connectionName }),
    ...(image === undefined ? {} : { image }),
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    ...(resources && { resources: { requests: resources.requests ?? {}, limits: resources.limits ?? {} } }),
    imagePullSecrets: (pod.imagePullSecrets ?? []).map(({ name }) => name),
    settings,
  };
}

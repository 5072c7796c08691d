import type { KubeObject } from '#common/cluster/objects.ts';
import { valuesAnnotation } from './kept-values.ts';
import { CLIENT_SETTING, CONFIGURATION_SETTING, ownPlaces } from './own-places.ts';
import { DEFAULT_VALUES, type InstallationValues } from './values.ts';

/** A variable of the environment of a container. */
export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

export interface SidecarContainer {
  readonly name: string;
  readonly image?: string;
  readonly imagePullPolicy?: string;
  readonly env?: readonly EnvVar[];
  readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
  readonly volumeMounts?: readonly object[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
}

/** The sidecar's Deployment (apps/v1), as much as is written and read of it. */
export interface SidecarDeployment extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly SidecarContainer[];
        readonly volumes?: readonly object[];
        readonly imagePullSecrets?: readonly { readonly name: string }[];
      };
    };
  };
}

/** Where the roots of a ConfigMap are in the container. */
const CA_FOLDER = '/etc/compass-ca';
const CA_FILE = `${CA_FOLDER}/ca.crt`;

/** The Deployment of the manifests with the values of an installation in it; its place stays as it was. */
export function withDeploymentValues(object: KubeObject, values: InstallationValues): KubeObject {
  const deployment = object as SidecarDeployment;
  const { template } = deployment.spec;
  const { imagePullSecrets, caConfigMap } = values;
  const annotation = valuesAnnotation(values);
  const volume = { name: 'compass-ca', configMap: { name: caConfigMap } };
  return {
    ...deployment,
    metadata: {
      ...deployment.metadata,
      ...(annotation && { annotations: { ...deployment.metadata.annotations, ...annotation } }),
    },
    spec: {
      ...deployment.spec,
      replicas: values.replicas,
      template: {
        ...withHealthPort(template, values),
        spec: {
          ...template.spec,
          ...(imagePullSecrets.length > 0 && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
          containers: template.spec.containers.map((container) => withContainerValues(container, values)),
          ...(caConfigMap !== undefined && { volumes: [...(template.spec.volumes ?? []), volume] }),
        },
      },
    },
  } as KubeObject;
}

const HEALTH_PORT = 'APP_HEALTH_PORT';

/** Probes find the port by its name, and those who scrape by an annotation. */
function withHealthPort<T extends SidecarDeployment['spec']['template']>(
  template: T,
  { settings }: InstallationValues,
): T {
  const port = settings[HEALTH_PORT];
  if (port === undefined) return template;
  const annotations = { ...template.metadata?.annotations, 'prometheus.io/port': port };
  return { ...template, metadata: { ...template.metadata, annotations } };
}

function healthPort<T extends { readonly name?: string }>(port: T, { settings }: InstallationValues): T {
  const said = settings[HEALTH_PORT];
  return said !== undefined && port.name === 'health' ? { ...port, containerPort: Number(said) } : port;
}

function withContainerValues(container: SidecarContainer, values: InstallationValues): SidecarContainer {
  const settings = settingsOf(values);
  const env = (container.env ?? []).filter(({ name }) => !Object.hasOwn(settings, name));
  const mount = { name: 'compass-ca', mountPath: CA_FOLDER, readOnly: true };
  return {
    ...container,
    image: values.image,
    imagePullPolicy: values.imagePullPolicy,
    env: [...env, ...Object.entries(settings).map(([name, value]) => ({ name, value }))],
    resources: values.resources,
    ...(container.ports && { ports: container.ports.map((port) => healthPort(port, values)) }),
    ...(values.caConfigMap !== undefined && { volumeMounts: [...(container.volumeMounts ?? []), mount] }),
  };
}

/** What the sidecar has to be told because it is not as it takes it to be, and what was set beside. */
function settingsOf(values: InstallationValues): Readonly<Record<string, string>> {
  const { namespace, integrationNamespace, connectionName, caConfigMap, settings } = values;
  const { configuration, client } = ownPlaces(values);
  const isElsewhere = namespace !== DEFAULT_VALUES.namespace;
  return {
    ...(isElsewhere && { [CONFIGURATION_SETTING]: `${configuration.namespace}/${configuration.name}` }),
    ...(isElsewhere && { [CLIENT_SETTING]: `${client.namespace}/${client.name}` }),
    ...(integrationNamespace !== DEFAULT_VALUES.integrationNamespace && {
      APP_INTEGRATION_NAMESPACE: integrationNamespace,
    }),
    ...(connectionName !== DEFAULT_VALUES.connectionName && { APP_COMPASS_CONNECTION_NAME: connectionName }),
    ...(caConfigMap !== undefined && { APP_COMPASS_CA_BUNDLE: CA_FILE }),
    ...settings,
  };
}

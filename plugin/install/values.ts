import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { VERSION } from '#common/version.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';

/** Requests and limits of the sidecar's container, as Kubernetes writes quantities: `32Mi`, `10m`. */
export interface ContainerResources {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
}

/** Everything in which one installation may differ from another. */
export interface InstallationValues {
  /** Where the sidecar runs, and its credentials are. */
  readonly namespace: string;
  /** Where the Secrets of Applications are; it belongs to others and has to exist. */
  readonly integrationNamespace: string;
  /** The CompassConnection that it keeps. */
  readonly connectionName: string;
  readonly image: string;
  readonly imagePullPolicy: string;
  /** Names of Secrets in `namespace`. */
  readonly imagePullSecrets: readonly string[];
  readonly replicas: number;
  /** Variables of the environment of the sidecar beside those of the manifests. */
  readonly settings: Readonly<Record<string, string>>;
  readonly resources: ContainerResources;
  /** A ConfigMap in `namespace` with a key `ca.crt`, whose roots are trusted for Compass. */
  readonly caConfigMap: string | undefined;
  /** Whether it may keep the CA of Compass for the Istio gateway. */
  readonly istioCa: boolean;
  readonly networkPolicy: boolean;
}

/** What the image is called; no registry has it yet. */
export const IMAGE_NAME = 'compass-sidecar';

/** The values of sidecar/deploy as it stands. */
export const DEFAULT_VALUES: InstallationValues = {
  namespace: DEFAULT_NAMESPACE,
  integrationNamespace: 'kyma-system',
  connectionName: DEFAULT_CONNECTION_NAME,
  image: `${IMAGE_NAME}:${VERSION}`,
  imagePullPolicy: 'IfNotPresent',
  imagePullSecrets: [],
  replicas: 1,
  settings: {},
  resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '96Mi' } },
  caConfigMap: undefined,
  istioCa: false,
  networkPolicy: false,
};

import type { JsonRecord } from '#common/json.ts';
import type { InjectionSettings } from './settings.ts';
import { CONTAINER_NAME } from './template.ts';
import { CREDENTIALS_VOLUME, MEMORY_FOLDER, MEMORY_VOLUME, TOKEN_FOLDER, TOKEN_VOLUME } from './volumes.ts';

/** The user that the sidecar runs as unless it has to be another; its image's, and that of the manifests. */
export const SIDECAR_USER = 65_532;

/** As in the manifests of the central sidecar, which say what each flag is for. */
const COMMAND = [
  'node',
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  '--v8-pool-size=0',
  '--disable-sigusr1',
  '/app/main.js',
];

const MALLOC = [
  { name: 'MALLOC_ARENA_MAX', value: '1' },
  { name: 'MALLOC_MMAP_THRESHOLD_', value: '16384' },
  { name: 'MALLOC_TOP_PAD_', value: '16384' },
];

/** What one template makes of the settings. */
export interface ContainerPlace {
  readonly healthPort: number;
  readonly userId: number;
}

/**
 * The sidecar's container. Without a readiness probe on purpose: the workload's own readiness must not hang on Compass. Its
 * startup probe asks whether it lives, for the same reason.
 */
export function sidecarContainer(settings: InjectionSettings, place: ContainerPlace): JsonRecord {
  const probe = { httpGet: { path: '/livez', port: place.healthPort } };
  return {
    name: CONTAINER_NAME,
    image: settings.image,
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePolicy: 'FallbackToLogsOnError',
    ...(settings.native ? { restartPolicy: 'Always' } : {}),
    command: COMMAND,
    env: environment(settings, place),
    startupProbe: { ...probe, periodSeconds: 2, failureThreshold: 30 },
    livenessProbe: { ...probe, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '96Mi' } },
    securityContext: {
      runAsNonRoot: true,
      runAsUser: place.userId,
      runAsGroup: SIDECAR_USER,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { name: CREDENTIALS_VOLUME, mountPath: settings.folder },
      { name: TOKEN_VOLUME, mountPath: TOKEN_FOLDER, readOnly: true },
      ...(settings.mode === 'full' ? [{ name: MEMORY_VOLUME, mountPath: MEMORY_FOLDER }] : []),
    ],
  };
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: object;
}

function environment(settings: InjectionSettings, { healthPort }: ContainerPlace): readonly Variable[] {
  const { secret, fileMode, notifyUrl, notifySignal, proxyPort } = settings;
  const optional = {
    APP_CREDENTIALS_FILE_MODE: fileMode,
    APP_CREDENTIALS_NOTIFY_URL: notifyUrl,
    APP_CREDENTIALS_NOTIFY_SIGNAL: notifySignal,
    APP_DIRECTOR_PROXY_PORT: proxyPort,
  };
  const variables = [
    { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ...ownPlace(settings),
    ...MALLOC,
    { name: 'APP_CLUSTER_CERTIFICATES_SECRET', value: `${secret.namespace}/${secret.name}` },
    { name: 'APP_CREDENTIALS_FOLDER', value: settings.folder },
    { name: 'APP_HEALTH_PORT', value: `${healthPort}` },
    ...Object.entries(optional).flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: `${value}` }])),
  ];
  const given = givenVariables(settings);
  return [...variables.filter(({ name }) => !given.some((one) => one.name === name)), ...given];
}

function givenVariables({ environment: given, secretEnvironment }: InjectionSettings): readonly Variable[] {
  return [
    ...Object.entries(given).map(([name, value]) => ({ name, value })),
    ...Object.entries(secretEnvironment).map(([name, secretKeyRef]) => ({ name, valueFrom: { secretKeyRef } })),
  ];
}

/** A whole sidecar is one more replica of the central one, and keeps its objects where that one does. */
function ownPlace(settings: InjectionSettings): readonly Variable[] {
  const { mode, secret, configuration, connection, integrationNamespace } = settings;
  if (mode === 'reader') {
    return [
      { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'APP_MODE', value: 'reader' },
    ];
  }
  return [
    { name: 'POD_NAMESPACE', value: secret.namespace },
    { name: 'APP_MODE', value: 'full' },
    { name: 'APP_COMPASS_CONNECTION_NAME', value: connection },
    { name: 'APP_AGENT_CONFIGURATION_SECRET', value: `${configuration.namespace}/${configuration.name}` },
    { name: 'APP_INTEGRATION_NAMESPACE', value: integrationNamespace },
    { name: 'APP_MIRROR_FOLDER', value: MEMORY_FOLDER },
  ];
}

import type { Release } from './render-chart.ts';

/** Values of the chart, and what of `kubectl compass install` says the same. */
export interface Case extends Release {
  readonly name: string;
  /** `--set`s; undefined where install has no such value. */
  readonly sets?: readonly string[];
  /** Only with the Namespace, which Helm cannot make for its own release, it is all that install makes. */
  readonly makesNamespace?: boolean;
}

/** Every value of the chart is other than its default in at least one of these. */
export const CASES: readonly Case[] = [
  { name: 'with default values', sets: [] },
  { name: 'with its Namespace', values: { namespace: { create: true } }, sets: [], makesNamespace: true },
  {
    name: 'with another image',
    values: {
      image: { repository: 'registry.example.com:5000/team/compass-sidecar', tag: '1.2.3', pullPolicy: 'Always' },
      imagePullSecrets: [{ name: 'one' }, { name: 'two' }],
    },
    sets: [
      'image=registry.example.com:5000/team/compass-sidecar:1.2.3',
      'imagePullPolicy=Always',
      'imagePullSecrets=one,two',
    ],
  },
  {
    name: 'with an image by its digest',
    values: { image: { tag: '1.2.3', digest: `sha256:${'0123456789abcdef'.repeat(4)}` } },
    sets: [`image=compass-sidecar@sha256:${'0123456789abcdef'.repeat(4)}`],
  },
  {
    name: 'with the components',
    values: { istioCa: { enabled: true }, networkPolicy: { enabled: true } },
    sets: ['istioCa=true', 'networkPolicy=true'],
  },
  {
    name: 'in another namespace, for another connection, with Secrets of other names',
    namespace: 'here',
    values: {
      connectionName: 'other',
      replicas: 3,
      caConfigMap: 'roots',
      istioCa: { enabled: true },
      networkPolicy: { enabled: true },
      compassRuntimeAgent: {
        resources: { integrationNamespace: 'apps' },
        config: { secret: { name: 'my-configuration', namespace: 'here' } },
        certificates: {
          clientCertificate: { secret: { name: 'my-certificate', namespace: 'here' } },
          caCertificate: { secret: { name: 'kyma-gateway-certs-cacert', namespace: 'gateways' } },
        },
      },
    },
    sets: [
      'connectionName=other',
      'replicas=3',
      'caConfigMap=roots',
      'istioCa=true',
      'networkPolicy=true',
      'integrationNamespace=apps',
      'APP_AGENT_CONFIGURATION_SECRET=here/my-configuration',
      'APP_CLUSTER_CERTIFICATES_SECRET=here/my-certificate',
      'APP_CA_CERTIFICATES_SECRET=gateways/kyma-gateway-certs-cacert',
    ],
  },
  {
    name: 'beside the Secrets of Applications',
    namespace: 'kyma-system',
    values: { istioCa: { enabled: true } },
    sets: ['istioCa=true'],
  },
  {
    name: 'with a ConfigMap in the place of the configuration Secret',
    values: { compassRuntimeAgent: { config: { configMap: { name: 'old', namespace: 'compass-system' } } } },
    sets: ['APP_AGENT_CONFIGURATION_SECRET=compass-system/old'],
  },
  {
    name: "with the other values of the agent's chart",
    values: {
      integrationNamespace: 'ignored-for-the-agents',
      compassRuntimeAgent: {
        image: { pullPolicy: 'Never' },
        sync: { controllerSyncPeriod: '15s', minimalConfigSyncTime: '1m30s' },
        resources: {
          integrationNamespace: 'kyma-integration',
          centralGatewayServiceUrl: 'http://gateway.example:8082',
        },
        config: { skipAppsTLSVerification: true },
        certificates: { renewal: { validityThreshold: 0.3 } },
        compass: { skipTLSVerification: true },
        debug: { queryLogging: true },
        healthCheck: { port: 9090 },
      },
      global: { domainName: 'kyma.example.com' },
    },
    sets: [
      'imagePullPolicy=Never',
      'APP_CONTROLLER_SYNC_PERIOD=15s',
      'APP_MINIMAL_COMPASS_SYNC_TIME=1m30s',
      'integrationNamespace=kyma-integration',
      'APP_CENTRAL_GATEWAY_SERVICE_URL=http://gateway.example:8082',
      'APP_SKIP_APPS_TLS_VERIFY=true',
      'APP_CERT_VALIDITY_RENEWAL_THRESHOLD=0.3',
      'APP_SKIP_COMPASS_TLS_VERIFY=true',
      'APP_QUERY_LOGGING=true',
      'APP_HEALTH_PORT=9090',
      'APP_RUNTIME_EVENTS_URL=https://gateway.kyma.example.com',
      'APP_RUNTIME_CONSOLE_URL=https://console.kyma.example.com',
    ],
  },
  {
    name: 'with settings, which count before the domain',
    values: {
      integrationNamespace: 'apps',
      settings: {
        APP_LOG_LEVEL: 'debug',
        APP_MIRROR_FOLDER: '/somewhere/else',
        APP_RUNTIME_EVENTS_URL: 'https://events.example.com',
        NO_PROXY: '10.0.0.0/8,.svc',
      },
      resources: { requests: { cpu: '20m', memory: null }, limits: { cpu: '200m', memory: '128Mi' } },
      global: { ingress: { domainName: 'kyma.example.com' } },
    },
    sets: [
      'integrationNamespace=apps',
      'APP_LOG_LEVEL=debug',
      'APP_MIRROR_FOLDER=/somewhere/else',
      'APP_RUNTIME_EVENTS_URL=https://events.example.com',
      'APP_RUNTIME_CONSOLE_URL=https://console.kyma.example.com',
      'NO_PROXY=10.0.0.0/8,.svc',
      'resources.requests.cpu=20m',
      'resources.requests.memory=',
      'resources.limits.cpu=200m',
      'resources.limits.memory=128Mi',
    ],
  },
  {
    name: 'with what install has no value for',
    values: {
      networkPolicy: { enabled: true, egressPorts: [8443] },
      neighbours: [
        { namespace: 'shop', name: 'checkout' },
        { namespace: 'default', name: 'worker' },
      ],
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      tolerations: [{ key: 'dedicated', operator: 'Exists', effect: 'NoSchedule' }],
      affinity: { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [] } },
      priorityClassName: 'system-cluster-critical',
    },
  },
  {
    name: "with values of the agent's chart that have no effect any more",
    values: {
      compassRuntimeAgent: {
        connector: { insecureCommunication: true },
        director: { proxy: { port: 8081, insecureSkipVerify: true } },
        livenessProbe: { initialDelaySeconds: 50 },
        metrics: { loggingTimeInterval: '30m' },
        readinessProbe: { periodSeconds: 2 },
        tests: { enabled: true },
        resources: {
          dexSecretName: 'admin-user',
          dexSecretNamespace: 'kyma-system',
          gatewayPort: 8080,
          uploadServiceUrl: '',
        },
        config: { insecureConfigurationFetch: true },
        healthCheck: { proxyStatusPort: 15_020 },
        certificates: { caCertificate: { secret: { migration: { name: 'app-connector-certs', keys: ['cacert'] } } } },
      },
      global: { containerRegistry: { path: 'registry.example.com' }, istio: { gateway: { name: 'kyma-gateway' } } },
    },
    sets: [],
  },
];

/** Values that are refused, and what has to be in the message of this project's renderer and of Helm. */
export const REFUSED: readonly (Release & { readonly message: RegExp })[] = [
  { values: { replicas: 'two' }, message: /\/replicas.*integer/ },
  { values: { replicas: 10 }, message: /\/replicas.*9/ },
  { values: { replica: 1 }, message: /additional propert.*replica/i },
  { values: { image: { pullPolicy: 'Sometimes' } }, message: /\/image\/pullPolicy.*(?:IfNotPresent|allowed)/ },
  { values: { image: { tag: 'a b' } }, message: /\/image\/tag.*pattern/ },
  { values: { settings: { APP_KEY_SIZE: 2048 } }, message: /\/settings\/APP_KEY_SIZE.*string/ },
  { values: { settings: { PATH: '/bin' } }, message: /\/settings.*additional propert.*PATH/i },
  { values: { integrationNamespace: '' }, message: /\/integrationNamespace.*pattern/ },
  { values: { resources: { limits: { memory: 'much' } } }, message: /\/resources\/limits\/memory.*pattern/ },
  { values: { networkPolicy: { egressPorts: [70_000] } }, message: /\/networkPolicy\/egressPorts\/0.*65,?535/ },
  { values: { neighbours: [{ namespace: 'shop' }] }, message: /\/neighbours\/0.*name/ },
  {
    values: { compassRuntimeAgent: { sync: { controllerSyncPeriod: '15' } } },
    message: /\/compassRuntimeAgent\/sync\/controllerSyncPeriod.*pattern/,
  },
  { values: { compassRuntimeAgent: { synk: {} } }, message: /compassRuntimeAgent.*synk/ },
  {
    values: { compassRuntimeAgent: { certificates: { renewal: { validityThreshold: 1.5 } } } },
    message: /\/compassRuntimeAgent\/certificates\/renewal\/validityThreshold/,
  },
  {
    values: { settings: { APP_CONTROLLER_SYNC_PERIOD: '15s' } },
    message: /settings\.APP_CONTROLLER_SYNC_PERIOD: the value compassRuntimeAgent\.sync\.controllerSyncPeriod says it/,
  },
  {
    values: { managementPlane: { token: 'YOUR-TOKEN' } },
    message: /managementPlane: .* kubectl compass connect --token-stdin --runtime-id ID/,
  },
  {
    values: { compassRuntimeAgent: { config: { secret: { namespace: 'kyma-system' } } } },
    message: /config\.secret\.namespace is kyma-system: .* Install it into kyma-system/,
  },
];

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { carriedSettings, carryOver, lostSettings } from '../../../plugin/migrate/carry-over.ts';
import { lostParts } from '../../../plugin/migrate/lost-parts.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { readFromRoot } from '../../repository/tracked-files.ts';

/** What releases of the Compass Runtime Agent read. */
const OF_AGENT = [
  'APP_AGENT_CONFIGURATION_SECRET',
  'APP_CLUSTER_CERTIFICATES_SECRET',
  'APP_CA_CERTIFICATES_SECRET',
  'APP_CONTROLLER_SYNC_PERIOD',
  'APP_MINIMAL_COMPASS_SYNC_TIME',
  'APP_CERT_VALIDITY_RENEWAL_THRESHOLD',
  'APP_SKIP_COMPASS_TLS_VERIFY',
  'APP_SKIP_APPS_TLS_VERIFY',
  'APP_CENTRAL_GATEWAY_SERVICE_URL',
  'APP_QUERY_LOGGING',
  'APP_RUNTIME_EVENTS_URL',
  'APP_RUNTIME_CONSOLE_URL',
  'APP_HEALTH_PORT',
  'APP_INTEGRATION_NAMESPACE',
  'APP_METRICS_LOGGING_TIME_INTERVAL',
  'APP_DIRECTOR_PROXY_PORT',
  'APP_GATEWAY_PORT',
  'APP_CA_CERT_SECRET_TO_MIGRATE',
  'APP_CA_CERT_SECRET_KEYS_TO_MIGRATE',
];

const variables = (env: Readonly<Record<string, string>>) =>
  Object.entries(env).map(([name, value]) => ({ name, value }));

test('settings keep their names and values, and the sidecar takes every one of them', () => {
  const env = {
    APP_CONTROLLER_SYNC_PERIOD: '20s',
    APP_MINIMAL_COMPASS_SYNC_TIME: '10s',
    APP_CERT_VALIDITY_RENEWAL_THRESHOLD: '0.3',
    APP_SKIP_COMPASS_TLS_VERIFY: 'true',
    APP_SKIP_APPS_TLS_VERIFY: 'T',
    APP_CENTRAL_GATEWAY_SERVICE_URL: 'http://gateway.example.com:8082',
    APP_RUNTIME_EVENTS_URL: 'https://gateway.example.com',
    APP_RUNTIME_CONSOLE_URL: 'https://console.example.com',
    APP_QUERY_LOGGING: '1',
    APP_HEALTH_PORT: '8090',
    APP_INTEGRATION_NAMESPACE: 'kyma-integration',
    HTTPS_PROXY: 'http://proxy.example.com:3128',
    NO_PROXY: '.svc,10.0.0.0/8',
  };
  const settings = carryOver(variables(env));
  assert.deepEqual(carriedSettings(settings), env);
  assert.deepEqual(lostSettings(settings), []);
  const { warnings } = readConfig(carriedSettings(settings));
  assert.deepEqual(warnings, []);
  assert.match(settings.find(({ name }) => name === 'APP_SKIP_COMPASS_TLS_VERIFY')?.note ?? '', /anybody on the way/);
});

test('a proxy with a password is not carried over, in whatever form, and its password is not shown', () => {
  for (const value of [
    'http://eva:s3cr3t@proxy.example.com:3128',
    'http://eva:s3/cr3t@t@proxy.example.com:3128',
    'eva:s3cr3t@proxy.example.com:3128',
  ]) {
    const settings = carryOver(variables({ HTTPS_PROXY: value }));
    assert.deepEqual(carriedSettings(settings), {});
    assert.doesNotMatch(JSON.stringify(settings), /eva|cr3t/);
    assert.match(settings[0]?.note ?? '', /holds a password/);
  }
});

test('what cannot be carried over is named with its reason, and a value that the sidecar refuses is none', () => {
  const env = {
    APP_DIRECTOR_PROXY_PORT: '8081',
    APP_HEALTH_PORT: '9090',
    APP_CONTROLLER_SYNC_PERIOD: '30',
    APP_CERT_VALIDITY_RENEWAL_THRESHOLD: '1.5',
    APP_SKIP_APPS_TLS_VERIFY: 'maybe',
    APP_RUNTIME_EVENTS_URL: 'gateway',
    APP_SOMETHING_NEW: 'canary-1',
    OTHER_PASSWORD: 'canary-2',
    HTTPS_PROXY: 'http://me:canary-3@proxy.example.com:3128',
    SSL_CERT_FILE: '/etc/ca.pem',
    APP_GATEWAY_PORT: '',
    APP_CLUSTER_CERTIFICATES_SECRET: 'kyma-system/cluster-client-certificates',
  };
  const settings = carryOver([...variables(env), { name: 'POD_NAME', unknownBecause: 'it is a fact of the Pod' }]);
  assert.deepEqual(carriedSettings(settings), {});
  const named = ['APP_GATEWAY_PORT', 'APP_CLUSTER_CERTIFICATES_SECRET'];
  assert.deepEqual(
    lostSettings(settings).map(({ name }) => name),
    Object.keys(env)
      .filter((name) => !named.includes(name))
      .toSorted((a, b) => a.localeCompare(b, 'en')),
  );
  assert.ok(lostSettings(settings).every(({ note }) => note));
  assert.doesNotMatch(JSON.stringify(settings), /canary/);
});

test('what the Pods of the agent had beside is named', () => {
  const container = {
    name: 'agent',
    args: ['/agent', '-controllerSyncPeriod=30', '-verbose'],
    resources: { limits: { memory: '1Gi' } },
    volumeMounts: [
      { name: 'token', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
      { name: 'ca', mountPath: '/etc/ca' },
    ],
  };
  const pod = {
    containers: [container, { name: 'istio-proxy' }],
    nodeSelector: { pool: 'infra' },
    tolerations: [{ key: 'infra' }],
    affinity: { nodeAffinity: {} },
    hostAliases: [{ ip: '10.0.0.1' }],
    imagePullSecrets: [{ name: 'registry' }],
    priorityClassName: 'kyma',
  };
  const text = lostParts(pod, container).join('\n');
  for (const part of [
    'arguments: -controllerSyncPeriod -verbose',
    'volumes at /etc/ca',
    'nodeSelector',
    'tolerations',
    'affinity',
    'hostAliases',
    'imagePullSecrets',
    'priorityClassName kyma',
    'resources',
    'containers beside it: istio-proxy',
  ])
    assert.ok(text.includes(part), part);
  assert.deepEqual(
    lostParts({ containers: [{ name: 'agent', args: ['/agent'] }] }, { name: 'agent', args: ['/agent'] }),
    [],
  );
});

test('a setting that the sidecar knows is carried over or said to be lost: none is forgotten', async () => {
  const settings = await readFromRoot('docs/settings.md');
  for (const name of OF_AGENT) {
    assert.ok(settings.includes(name), `${name} is in the table of settings`);
    const [setting] = carryOver([{ name, value: 'x' }]);
    assert.ok(setting?.as ?? setting?.note, name);
    assert.notEqual(setting?.note, 'no setting of the sidecar', name);
  }
});

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SETTINGS } from '#common/settings.ts';
import { readConfig } from '../../sidecar/config.ts';
import { read, refusal } from './config/read-environment.ts';

test('an empty environment gives the documented defaults and no warning', () => {
  const { config, warnings } = read({});
  assert.deepEqual(warnings, []);
  assert.deepEqual(config, {
    connectionName: 'compass-connection',
    ownNamespace: 'compass-system',
    configurationSecret: { namespace: 'compass-system', name: 'compass-agent-configuration' },
    clientSecret: { namespace: 'compass-system', name: 'cluster-client-certificates' },
    caSecret: { namespace: 'istio-system', name: 'ca-certificates' },
    integrationNamespace: 'kyma-system',
    syncPeriodMs: 60_000,
    minimalSyncMs: 10_000,
    renewalThreshold: 0.5,
    renewalJitter: 0.1,
    deletionHoldMs: 900_000,
    statusPeriodMs: 300_000,
    skipCompassTlsVerify: false,
    skipAppsTlsVerify: false,
    centralGatewayUrl: 'http://central-application-gateway.kyma-system.svc.cluster.local:8082',
    queryLogging: false,
    eventsUrl: 'https://gateway.kyma.local',
    consoleUrl: 'https://console.kyma.local',
    caBundleFiles: [],
    allowedHosts: [],
    allowClockSkew: false,
    keySize: 4096,
    mirrorFolder: undefined,
    mode: 'full',
    credentialsFolder: undefined,
    credentialsFileMode: 0o440,
    notifyUrl: undefined,
    notifySignal: undefined,
    directorProxyPort: undefined,
    proxy: {},
    deletionBudget: { fraction: 0.1 },
    healthPort: 8090,
    logLevel: 'info',
    podName: 'a-machine',
  });
});

test('the environment of a deployment of the reference agent is taken as it is', () => {
  const { config, warnings } = read({
    APP_AGENT_CONFIGURATION_SECRET: 'kyma-system/compass-agent-configuration',
    APP_CLUSTER_CERTIFICATES_SECRET: 'kyma-system/cluster-client-certificates',
    APP_CA_CERTIFICATES_SECRET: 'istio-system/kyma-gateway-certs-cacert',
    APP_CONTROLLER_SYNC_PERIOD: '180s',
    APP_MINIMAL_COMPASS_SYNC_TIME: '1m30s',
    APP_CERT_VALIDITY_RENEWAL_THRESHOLD: '0.3',
    APP_SKIP_COMPASS_TLS_VERIFY: 'True',
    APP_SKIP_APPS_TLS_VERIFY: '0',
    APP_CENTRAL_GATEWAY_SERVICE_URL: 'http://gateway.example.com:8082/',
    APP_QUERY_LOGGING: 'false',
    APP_RUNTIME_EVENTS_URL: 'https://events.example.com/',
    APP_RUNTIME_CONSOLE_URL: 'https://console.example.com',
    APP_HEALTH_PORT: '8090',
    APP_INTEGRATION_NAMESPACE: 'kyma-integration',
    APP_GATEWAY_PORT: '8080',
    APP_CA_CERT_SECRET_TO_MIGRATE: 'istio-system/old',
    APP_CA_CERT_SECRET_KEYS_TO_MIGRATE: '["cacert"]',
    APP_METRICS_LOGGING_TIME_INTERVAL: '30m',
  });
  assert.deepEqual(warnings, []);
  assert.equal(config.configurationSecret.namespace, 'kyma-system');
  assert.equal(config.ownNamespace, 'kyma-system');
  assert.equal(config.syncPeriodMs, 180_000);
  assert.equal(config.minimalSyncMs, 90_000);
  assert.equal(config.renewalThreshold, 0.3);
  assert.equal(config.renewalJitter, 0, 'a threshold that is set is honoured as it is');
  assert.equal(config.skipCompassTlsVerify, true);
  assert.equal(config.centralGatewayUrl, 'http://gateway.example.com:8082');
  assert.equal(config.eventsUrl, 'https://events.example.com/', 'a label is reported as it was set');
  assert.equal(config.integrationNamespace, 'kyma-integration');
});

test('a bare Secret name means namespace default, with a warning', () => {
  const { config, warnings } = read({ APP_AGENT_CONFIGURATION_SECRET: 'mine' });
  assert.deepEqual(config.configurationSecret, { namespace: 'default', name: 'mine' });
  assert.match(warnings.join(), /APP_AGENT_CONFIGURATION_SECRET names no namespace.*default\/mine/);
});

test('a budget is a count or a share of the Applications present', () => {
  assert.deepEqual(read({ APP_DELETION_BUDGET: '25' }).config.deletionBudget, { count: 25 });
  assert.deepEqual(read({ APP_DELETION_BUDGET: '0' }).config.deletionBudget, { count: 0 });
  assert.deepEqual(read({ APP_DELETION_BUDGET: '100%' }).config.deletionBudget, { fraction: 1 });
});

test('the own namespace is that of the Pod, as its environment or its service account says', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'own-namespace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const namespaceFile = join(folder, 'namespace');
  writeFileSync(namespaceFile, 'mounted\n');
  const place = { namespaceFile, hostname: 'h' };
  assert.equal(readConfig({}, place).config.ownNamespace, 'mounted');
  assert.equal(readConfig({ POD_NAMESPACE: 'told' }, place).config.ownNamespace, 'told');
  assert.match(refusal({ POD_NAMESPACE: 'Not A Namespace' }), /POD_NAMESPACE/);
});

test('roots, proxy and replica come from the variables that everybody uses', () => {
  const { config } = read({
    APP_COMPASS_CA_BUNDLE: '/etc/compass/ca.pem',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/corporate.pem',
    https_proxy: 'http://proxy.example.com:3128',
    NO_PROXY: '.cluster.local',
    HOSTNAME: 'compass-sidecar-7c9-x2x',
  });
  assert.deepEqual(config.caBundleFiles, ['/etc/compass/ca.pem', '/etc/ssl/corporate.pem']);
  assert.deepEqual(config.proxy, { httpsProxy: 'http://proxy.example.com:3128', noProxy: '.cluster.local' });
  assert.equal(config.podName, 'compass-sidecar-7c9-x2x');
});

test('docs/settings.md names every setting there is, and no other', () => {
  const text = readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8');
  assert.deepEqual([...new Set(text.match(/\bAPP_[A-Z_]+[A-Z]\b/g))].toSorted(), SETTINGS.toSorted());
});

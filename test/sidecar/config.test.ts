import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import type { RunningNode } from '../../sidecar/config/running-node.ts';
import type { Environment } from '../../sidecar/config/settings.ts';
import { type Config, readConfig } from '../../sidecar/config.ts';

const SAFE_NODE: RunningNode = {
  execArgv: ['--max-old-space-size=64', '--disable-sigusr1'],
  args: [],
  inspectorUrl: () => undefined,
  writesReports: () => false,
};

const NOWHERE = { namespaceFile: '/nonexistent/namespace', hostname: 'a-machine' };

function read(env: Environment): { config: Config; warnings: readonly string[] } {
  return readConfig(env, NOWHERE);
}

function refusal(env: Environment): string {
  try {
    read(env);
  } catch (error) {
    assert.ok(error instanceof CompassError);
    assert.equal(error.reason, 'InvalidSetting');
    return error.message;
  }
  return assert.fail(`accepted: ${JSON.stringify(env)}`);
}

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

test('N11: names of three parts, empty ones and upper case are refused', () => {
  for (const value of [
    'a/b/c',
    '',
    '/',
    'a/',
    '/b',
    'Kyma/secret',
    'kyma/Secret',
    'a/../b',
    'a/b c',
    '-a/b',
    `${'n'.repeat(64)}/b`,
  ]) {
    const message = refusal({ APP_CLUSTER_CERTIFICATES_SECRET: value });
    assert.ok(message.includes(`APP_CLUSTER_CERTIFICATES_SECRET is ${JSON.stringify(value)}`), message);
    assert.match(message, /allowed: namespace\/name/);
  }
  for (const value of ['', 'kube-system/x', '../x', 'Kyma', 'n'.repeat(64)])
    refusal({ APP_INTEGRATION_NAMESPACE: value });
  for (const value of ['', 'a/b', 'A', 'n'.repeat(241)]) refusal({ APP_COMPASS_CONNECTION_NAME: value });
});

test('N10: durations that Go or good sense would refuse stop the start, and so does a threshold outside (0,1)', () => {
  for (const name of [
    'APP_CONTROLLER_SYNC_PERIOD',
    'APP_MINIMAL_COMPASS_SYNC_TIME',
    'APP_STATUS_PERIOD',
    'APP_DELETION_HOLD',
  ]) {
    for (const value of ['0', '0s', '-5s', '1e9h', 'NaN', '15', '5 minutes', '999999999h', '5m ago', 'forever!']) {
      assert.match(refusal({ [name]: value }), new RegExp(`^${name} is .*allowed: a duration with its unit`));
    }
  }
  for (const value of ['0', '1', '1.0', '-0.3', 'NaN', '.', '0x1', '1e-1', '30%']) {
    assert.match(refusal({ APP_CERT_VALIDITY_RENEWAL_THRESHOLD: value }), /allowed: a number above 0 and below 1/);
  }
  assert.equal(read({ APP_DELETION_HOLD: 'forever' }).config.deletionHoldMs, Number.POSITIVE_INFINITY);
  assert.equal(read({ APP_CONTROLLER_SYNC_PERIOD: ' 1h30m ' }).config.syncPeriodMs, 5_400_000);
});

test('every wrong setting is named at once, with its value and what is allowed', () => {
  const message = refusal({
    APP_HEALTH_PORT: '80a',
    APP_SKIP_APPS_TLS_VERIFY: 'yes',
    APP_DELETION_BUDGET: '101%',
    APP_LOG_LEVEL: 'loud',
    APP_KEY_SIZE: '1024',
    APP_MIRROR_FOLDER: 'memory',
    APP_RUNTIME_CONSOLE_URL: 'console',
    APP_COMPASS_ALLOWED_HOSTS: 'a.example.com, https://b.example.com',
    APP_DIRECTOR_PROXY_PORT: '99999',
  });
  for (const problem of [
    'APP_HEALTH_PORT is "80a", allowed: a port number',
    'APP_SKIP_APPS_TLS_VERIFY is "yes", allowed: true or false',
    'APP_DELETION_BUDGET is "101%", allowed: a number of Applications',
    'APP_LOG_LEVEL is "loud", allowed: error, warn, info, debug',
    'APP_KEY_SIZE is "1024", allowed: 2048',
    'APP_MIRROR_FOLDER is "memory", allowed: the absolute path of a folder',
    'APP_RUNTIME_CONSOLE_URL is "console", allowed: an http or https URL',
    'APP_COMPASS_ALLOWED_HOSTS is "a.example.com, https://b.example.com", allowed: host names',
    'APP_DIRECTOR_PROXY_PORT is "99999", allowed: a port number',
  ]) {
    assert.ok(message.includes(problem), `${problem}\nnot in\n${message}`);
  }
});

test('N3, N10, N11: a setting of any length is refused by its name and beginning', () => {
  const value = `a.example.com,${'b'.repeat(20_000)}`;
  const message = refusal({ APP_COMPASS_ALLOWED_HOSTS: value, APP_LOG_LEVEL: 'x'.repeat(1_000_000) });
  assert.match(message, /APP_COMPASS_ALLOWED_HOSTS is "a\.example\.com,b+…", allowed: .*, 16384 characters at most/);
  assert.ok(message.length < 1_000);
});

test('S5: user, password and query of a URL do not reach the message that refuses it', () => {
  for (const value of [
    'https://canary-user:canary-password@events.example.com',
    'https://canary:c@nary/canary@events.example.com',
    'https://canary:c?canary@events.example.com',
    `https://${'canary'.repeat(50)}:canary@events.example.com`,
    'events.example.com?token=canary',
  ]) {
    const message = refusal({ APP_RUNTIME_EVENTS_URL: value });
    assert.match(message, /APP_RUNTIME_EVENTS_URL/);
    assert.doesNotMatch(message, /canary|c@nary/);
  }
});

test('a budget is a count or a share of the Applications present', () => {
  assert.deepEqual(read({ APP_DELETION_BUDGET: '25' }).config.deletionBudget, { count: 25 });
  assert.deepEqual(read({ APP_DELETION_BUDGET: '0' }).config.deletionBudget, { count: 0 });
  assert.deepEqual(read({ APP_DELETION_BUDGET: '100%' }).config.deletionBudget, { fraction: 1 });
});

test('N12: an unknown APP_ setting is warned about', () => {
  const { warnings } = read({ APP_CONTROLER_SYNC_PERIOD: '20s', OTHER: 'x' });
  assert.equal(warnings.length, 1);
  assert.match(warnings.join('\n'), /APP_CONTROLER_SYNC_PERIOD is not a setting/);
});

test('what workloads beside the sidecar get is read as it is written', () => {
  const { config, warnings } = read({
    APP_MODE: 'reader',
    APP_CREDENTIALS_FOLDER: '/var/run/compass',
    APP_CREDENTIALS_FILE_MODE: '0400',
    APP_CREDENTIALS_NOTIFY_URL: 'http://localhost:9000/-/reload',
    APP_CREDENTIALS_NOTIFY_SIGNAL: 'SIGHUP:nginx',
    APP_DIRECTOR_PROXY_PORT: '8081',
  });
  assert.deepEqual(warnings, []);
  assert.equal(config.mode, 'reader');
  assert.equal(config.credentialsFolder, '/var/run/compass');
  assert.equal(config.credentialsFileMode, 0o400);
  assert.equal(config.notifyUrl, 'http://localhost:9000/-/reload');
  assert.deepEqual(config.notifySignal, { signal: 'SIGHUP', process: 'nginx' });
  assert.equal(config.directorProxyPort, 8081);
});

test('settings for workloads beside the sidecar that would give keys away, or do nothing, are refused or warned about', () => {
  for (const [setting, values] of Object.entries({
    APP_MODE: ['read', 'FULL'],
    APP_CREDENTIALS_FOLDER: ['var/run', '.'],
    APP_CREDENTIALS_FILE_MODE: ['0777', '0644', '0460', '0040', '44', '0o440', '4440', 'rw-r-----'],
    APP_CREDENTIALS_NOTIFY_URL: [
      'https://localhost/reload',
      'http://example.com/reload',
      'http://user:password@localhost/',
      'http://127.0.0.1.example.com/',
      'localhost:80',
    ],
    APP_CREDENTIALS_NOTIFY_SIGNAL: ['SIGKILL:nginx', 'SIGHUP', 'SIGHUP:', 'SIGHUP:a b', 'SIGHUP:../x', '1:nginx'],
    APP_DIRECTOR_PROXY_PORT: ['99999', '-1'],
  })) {
    for (const value of values) assert.match(refusal({ [setting]: value }), new RegExp(`^${setting} is .*allowed: `));
  }
  assert.match(refusal({ APP_MODE: 'reader' }), /APP_MODE is "reader", allowed: with APP_CREDENTIALS_FOLDER/);
  const { warnings } = read({
    APP_CREDENTIALS_NOTIFY_URL: 'http://127.0.0.1/',
    APP_CREDENTIALS_NOTIFY_SIGNAL: 'SIGHUP:nginx',
  });
  assert.equal(warnings.length, 2);
  assert.match(warnings.join('\n'), /has no effect without APP_CREDENTIALS_FOLDER/);
});

test('N12: what nobody reads stops a strict start, and an argument is named without its value', () => {
  const message = refusal({ APP_CONTROLER_SYNC_PERIOD: '20s', APP_STRICT_SETTINGS: 'true' });
  assert.equal(message, 'APP_CONTROLER_SYNC_PERIOD is set, allowed: the settings of this version');
  const node = { ...SAFE_NODE, args: ['--token=canary-1', 'canary-2'] };
  const { warnings } = readConfig({}, NOWHERE, node);
  assert.deepEqual(warnings, [
    'the argument "--token" has no effect: settings are environment variables',
    'the argument "…" has no effect: settings are environment variables',
  ]);
  assert.throws(
    () => readConfig({ APP_STRICT_SETTINGS: 'true' }, NOWHERE, node),
    /an argument "--token", allowed: none/,
  );
  assert.deepEqual(read({ APP_STRICT_SETTINGS: 'true', OTHER: 'x' }).warnings, []);
});

test('S7: verification that is off, and ways to keys and tokens, are refused however Node is told of them', () => {
  assert.match(refusal({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }), /NODE_TLS_REJECT_UNAUTHORIZED is "0"/);
  for (const option of [
    '--inspect=0.0.0.0:9229',
    '--inspect_brk',
    '--inspect-port=1',
    '--heapsnapshot-near-heap-limit=1',
    '--heap-prof',
    '--report-uncaught-exception',
    '--abort-on-uncaught-exception',
    '--trace-tls',
    '--tls-min-v1.0',
    '--insecure-http-parser',
  ]) {
    const name = option.replace('_', '-').replace(/=.*/, '');
    const told = refusal({ NODE_OPTIONS: `--max-old-space-size=32 "${option}"` });
    assert.ok(told.startsWith(`NODE_OPTIONS holds ${name}, allowed: without it, because `), told);
    const node = { ...SAFE_NODE, execArgv: [option] };
    assert.throws(() => readConfig({}, NOWHERE, node), new RegExp(`the command line of node holds ${name}`));
  }
  const harmless = { NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_OPTIONS: '--max-old-space-size=32 --title=inspect' };
  readConfig(harmless, NOWHERE, SAFE_NODE);
});

test('two uses of one Secret are refused, also that of a Secret of our own', () => {
  assert.match(
    refusal({ APP_CLUSTER_CERTIFICATES_SECRET: 'a/b', APP_CA_CERTIFICATES_SECRET: 'a/b' }),
    /APP_CA_CERTIFICATES_SECRET is "a\/b", allowed: a Secret that is not also that of APP_CLUSTER_CERTIFICATES_SECRET/,
  );
  const message = refusal({ APP_CLUSTER_CERTIFICATES_SECRET: 'compass-system/compass-connection-journal' });
  assert.match(message, /the sidecar's own state/);
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

test('the README names every setting that is read, and no other', () => {
  const names = (...files: readonly string[]) => {
    const text = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n');
    return [...new Set(text.match(/\bAPP_[A-Z_]+[A-Z]\b/g))].toSorted();
  };
  assert.deepEqual(names('../../README.md'), names('../../sidecar/config.ts', '../../sidecar/config/neighbours.ts'));
});

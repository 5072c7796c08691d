import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, refusal } from './read-environment.ts';

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

test('N12: an unknown APP_ setting is warned about', () => {
  const { warnings } = read({ APP_CONTROLER_SYNC_PERIOD: '20s', OTHER: 'x' });
  assert.equal(warnings.length, 1);
  assert.match(warnings.join('\n'), /APP_CONTROLER_SYNC_PERIOD is not a setting/);
});

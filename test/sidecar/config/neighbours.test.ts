import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read, refusal } from './read-environment.ts';

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

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCommandLine } from '../command-line.ts';
import { renderConfigurationSecret } from '../configuration-secret.ts';
import { call } from './call.ts';
import { CONFIGURATION } from './pair.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

function start(t: TestContext, ...flags: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [MAIN, '--port=0', ...flags]);
  t.after(() => child.kill('SIGKILL'));
  return child;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`it says where it listens on one line of JSON, and ends with 0 on ${signal}`, async (t) => {
    const child = start(t, '--json');
    const [line] = await once(createInterface(child.stdout), 'line');
    const said = JSON.parse(line);
    assert.equal(readFileSync(said.caFile, 'utf8'), said.caPem);
    const headers = { 'connector-token': said.token };
    const answer = await call(said.urls.connector, { ca: said.caPem, headers, query: CONFIGURATION });
    assert.deepEqual(answer.errors, []);
    child.kill(signal);
    assert.deepEqual(await once(child, 'exit'), [0, null]);
    assert.equal(existsSync(said.caFile), false);
  });
}

test('for people it prints a Secret to apply and the curl lines that steer it', async (t) => {
  const child = start(t);
  let text = '';
  for await (const chunk of child.stdout) {
    text += chunk;
    if (text.includes('/requests\n')) break;
  }
  assert.match(text, /^stringData:\n {2}CONNECTOR_URL: "https:\/\/localhost:\d+\/connector\/graphql"$/m);
  assert.match(text, /APP_COMPASS_CA_BUNDLE=\S+ca\.pem/);
  assert.match(text, /curl -X POST http:\/\/127\.0\.0\.1:\d+\/faults/);
});

test('a flag that it does not know is named, and the exit code is 1', async (t) => {
  const child = start(t, '--prot=1');
  const [[code], [error]] = await Promise.all([once(child, 'exit'), once(child.stderr, 'data')]);
  assert.equal(code, 1);
  assert.match(String(error), /--prot/);
});

test('by hand its ports are fixed, one after the other', () => {
  assert.partialDeepStrictEqual(readCommandLine([]).options, {
    connectorPort: 8443,
    connectorMtlsPort: 8444,
    directorPort: 8445,
    adminPort: 8446,
    samples: true,
  });
  const chosen = readCommandLine(['--port=9000', '--admin-port=0']).options;
  assert.deepEqual([chosen.directorPort, chosen.adminPort], [9002, 0]);
});

test('every value of the configuration Secret is quoted', () => {
  const yaml = renderConfigurationSecret({
    connectorUrl: 'https://c',
    runtimeId: '1',
    tenant: 'a: b',
    token: 't==',
    name: 'n',
  });
  assert.match(yaml, /^ {2}RUNTIME_ID: "1"\n {2}TENANT: "a: b"\n {2}TOKEN: "t=="$/m);
  assert.match(yaml, /^ {2}name: "n"\n {2}namespace: "compass-system"$/m);
});

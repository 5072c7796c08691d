import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readToken } from '#common/compass/token.ts';
import { conform } from '#common/resources/conform.ts';
import { TOKEN_REQUEST_RESULT_SCHEMA } from '../../../plugin/schemas/token-request-result.ts';
import { assertEnd, assertExit } from '../assert-exit.ts';
import { connected, startStage } from '../connect/stage.ts';
import { runHere } from '../run-plugin.ts';
import { soon, startHere } from '../start-here.ts';
import { startPlugin } from '../start-plugin.ts';

const LOGIN = 'canary-of-a-login';

describe('before it asks anybody, token request', () => {
  const good = ['--director-url', 'https://127.0.0.1:1/director/graphql', '--runtime-id', 'r', '--tenant', 't'];
  const refusals: readonly [why: string, args: readonly string[], says: RegExp][] = [
    ['no Director', ['--auth-token-stdin', '--out', '-'], /Give --director-url/],
    ['a Director by http', [...good, '--director-url', 'http://a.example/', '--out', '-'], /must be an https:\/\/ URL/],
    ['nowhere to put the token', [...good, '--auth-token-stdin'], /--out FILE \(mode 0600\), or --out -/],
    ['stdout twice', [...good, '--auth-token-stdin', '--out', '-', '-o', 'json'], /both want stdout/],
    ['no login', [...good, '--out', '-'], /your own bearer token: --auth-token-file FILE or --auth-token-stdin/],
    ['two logins', [...good, '--auth-token-stdin', '--auth-token-file', 'x', '--out', '-'], /given twice/],
    ['Runtime and Application', [...good, '--app-id', 'a', '--auth-token-stdin', '--out', '-'], /not both/],
    ['no tenant', [...good.slice(0, 4), '--auth-token-stdin', '--out', '-'], /--tenant is missing/],
    ['a form that is none', [...good, '--format', 'xml'], /--format is "xml"/],
    ['a folder that is not there', [...good, '--auth-token-stdin', '--out', '/dev/null/t'], /no token was asked for/],
  ];
  for (const [why, args, says] of refusals) {
    test(`refuses ${why} with exit code 2`, async () => {
      const { code, stdout, stderr } = await runHere(['token', 'request', ...args], {}, LOGIN);
      assert.equal(code, 2, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stdout + stderr, /canary/);
    });
  }
});

test('a token goes into a new file of its owner, which connect can read, and its expiry onto the screen', async (t) => {
  const { built, plugin, simulator, folder } = await startStage(t);
  const subject = ['--runtime-id', simulator.runtimeId, '--tenant', simulator.tenant];
  const url = ['--director-url', simulator.urls.directorAdmin, '--auth-token-stdin'];
  const out = join(folder, 'new-token');
  const result = await built(
    ['token', 'request', ...url, ...subject, '--out', out, '-v=9'],
    `Bearer ${simulator.adminToken}\n`,
  );
  assertExit(result, 'token request', 0);
  const { stdout, stderr } = result;
  assert.match(
    stdout,
    /^one-time token for runtime .* in .*new-token \(mode 0600\)\n {2}for .*\n {2}expires .*, in 59m\n/,
  );
  assert.equal((await stat(out)).mode & 0o777, 0o600);
  const read = readToken(await readFile(out, 'utf8'));
  assert.equal(read.connectorUrl, simulator.urls.connector);
  assert.ok((read.expiresAt ?? 0) > Date.now());
  for (const secret of [read.token.reveal(), simulator.adminToken]) assert.ok(!(stdout + stderr).includes(secret));

  const again = await plugin(['token', 'request', ...url, ...subject, '--out', out], simulator.adminToken);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /is there already, and is not overwritten; no token was asked for/);
});

test('a dry run asks for no token, makes no file, and says what it would do', async (t) => {
  const { plugin, simulator, folder } = await startStage(t);
  const out = join(folder, 'not-made');
  const url = ['--director-url', simulator.urls.directorAdmin, '--auth-token-stdin'];
  const args = [
    'token',
    'request',
    ...url,
    '--runtime-id',
    simulator.runtimeId,
    '--tenant',
    simulator.tenant,
    '--out',
    out,
  ];
  simulator.requests.clear();
  for (const dryRun of ['client', 'server']) {
    const { code, stdout } = await plugin([...args, `--dry-run=${dryRun}`], simulator.adminToken);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^one-time token for runtime .* in .*not-made \(mode 0600\) \(dry run\): none was asked for\n$/,
    );
  }
  const document = JSON.parse((await plugin([...args, '--dry-run', '-o', 'json'], simulator.adminToken)).stdout);
  assert.deepEqual(conform(TOKEN_REQUEST_RESULT_SCHEMA, document), document);
  assert.deepEqual([document.verdict.status, document.dryRun, document.expiresAt], ['DryRun', true, undefined]);
  assert.equal(simulator.requests.list().length, 0);
  await assert.rejects(stat(out), { code: 'ENOENT' });
});

test('for an Application, as the bare token, with a document that conforms to its schema', async (t) => {
  const { plugin, simulator, folder, file } = await startStage(t);
  const { id } = simulator.landscape.createApplication({ name: 'orders' });
  const login = await file('login', `${simulator.adminToken}\n`);
  const out = join(folder, 'app-token');
  const args = ['--director-url', simulator.urls.directorAdmin, '--auth-token-file', login, '--app-id', id];
  const more = ['--tenant', simulator.tenant, '--format', 'token', '--out', out, '-o', 'json'];
  const { code, stdout, stderr } = await plugin(['token', 'request', ...args, ...more]);
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(TOKEN_REQUEST_RESULT_SCHEMA, document), document);
  assert.deepEqual(document.for, { kind: 'application', id, tenant: simulator.tenant });
  const token = (await readFile(out, 'utf8')).trim();
  assert.ok(/^[\w-]{80,}={0,2}$/.test(token) && !stdout.includes(token));
});

test('the Runtime and tenant of this cluster are those of its report', async (t) => {
  const { plugin, simulator } = await startStage(t, connected);
  const url = ['--director-url', simulator.urls.directorAdmin, '--auth-token-stdin'];
  const { code, stdout, stderr } = await plugin(['token', 'request', ...url, '--out', '-'], simulator.adminToken);
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`one-time token for runtime ${simulator.runtimeId} on stdout`));
  assert.equal(readToken(stdout).used, false);
});

test('a Director that leaves the encoded form out is helped', async (t) => {
  const { plugin, simulator } = await startStage(t, connected);
  const remove = ['/data/requestOneTimeTokenForRuntime/rawEncoded'];
  simulator.faults.add({ operation: 'requestOneTimeTokenForRuntime', when: 'afterExecution', remove });
  const url = ['--director-url', simulator.urls.directorAdmin, '--auth-token-stdin'];
  const { code, stdout, stderr } = await plugin(['token', 'request', ...url, '--out', '-'], simulator.adminToken);
  assert.equal(code, 0, stderr);
  assert.equal(readToken(stdout).connectorUrl, simulator.urls.connector);
});

describe('what the Director refuses leaves no file:', () => {
  const NOBODY = '00000000-0000-4000-8000-000000000000';
  const refusals: readonly [why: string, flags: readonly string[], code: number, reason: string][] = [
    ['a login that is not good is 6', [], 6, 'Rejected'],
    ['another tenant is 6', ['--tenant', NOBODY], 6, 'TenantMismatch'],
    ['a Runtime that is not there is 6', ['--runtime-id', NOBODY], 6, 'RuntimeNotFound'],
    ['an Application that is not there is 6', ['--app-id', NOBODY], 6, 'ApplicationNotFound'],
    ['no Director there is 5', ['--director-url', 'https://127.0.0.1:1/director/graphql'], 5, 'CompassUnreachable'],
  ];
  for (const [why, flags, expected, reason] of refusals) {
    test(why, async (t) => {
      const { plugin, simulator, folder } = await startStage(t, connected);
      const out = join(folder, 'token');
      const args = ['--director-url', simulator.urls.directorAdmin, '--auth-token-stdin', '--out', out, '-o', 'json'];
      const login = reason === 'Rejected' ? LOGIN : simulator.adminToken;
      const { code, stdout, stderr } = await plugin(['token', 'request', ...args, ...flags], login);
      assert.equal(code, expected, stderr);
      const { error, verdict } = JSON.parse(stdout);
      assert.deepEqual([error.reason, verdict.exitCode], [reason, expected]);
      assert.ok(!(stdout + stderr).includes(login));
      assert.equal(/next: log in at the Director again/.test(stderr), reason === 'Rejected', stderr);
      assert.doesNotMatch(stderr, /next: kubectl compass logs/);
      // What was to be the token's file can be made anew.
      await writeFile(out, '', { flag: 'wx' });
    });
  }

  test('scopes that are missing are 6', async (t) => {
    const { built, simulator, folder } = await startStage(t, connected);
    const error = { message: 'insufficient scopes provided', code: 23, name: 'InsufficientScopes' };
    simulator.faults.add({ operation: 'requestOneTimeTokenForRuntime', error });
    const args = ['--director-url', simulator.urls.directorAdmin, '--auth-token-stdin', '--out', join(folder, 'x')];
    const result = await built(['token', 'request', ...args], simulator.adminToken);
    assertExit(result, 'token request', 6);
    assert.match(result.stderr, /InsufficientScopes/);
  });
});

test('where the cluster is to say for whom: no such connection is 3, and no cluster 4', async (t) => {
  const { built } = await startStage(t, connected);
  const line = 'token request --director-url https://127.0.0.1:1/ --auth-token-stdin --out /dev/null/t -o json';
  for (const [flags, expected, reason] of [
    ['--connection of-somebody-else', 3, 'ClusterNotFound'],
    ['--server https://127.0.0.1:1', 4, 'ClusterUnreachable'],
  ] as const) {
    const result = await built(`${line} ${flags}`.split(' '), LOGIN);
    assertExit(result, 'token request', expected);
    const { error, verdict } = JSON.parse(result.stdout);
    assert.deepEqual([error.reason, verdict.exitCode], [reason, expected]);
  }
});

test('a Director that takes its time is not waited for after Ctrl-C and SIGTERM, and no file is left', async (t) => {
  const { cluster, simulator, folder, file, caFile } = await startStage(t, connected);
  simulator.faults.add({ operation: 'requestOneTimeTokenForRuntime', delayMs: 60_000 });
  const login = await file('login', simulator.adminToken);
  const out = join(folder, 'token');
  const url = ['--director-url', simulator.urls.directorAdmin, '--auth-token-file', login, '--compass-ca', caFile];
  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const running = await startPlugin(t, ['token', 'request', ...url, '--out', out], cluster);
    await soon('it asks', () => simulator.requests.list().length > 0);
    simulator.requests.clear();
    // Also whoever ends without a word leaves nothing that is in the way of the next one.
    await assert.rejects(stat(out), { code: 'ENOENT' });
    running.interrupt(signal);
    await assertEnd(running, 'token request', expected);
    await assert.rejects(stat(out), { code: 'ENOENT' });
  }
});

test('a terminal is no pipe: --out - would show the token there, and is refused before anybody is asked', async (t) => {
  const url = ['--director-url', 'https://127.0.0.1:1/', '--auth-token-stdin', '--runtime-id', 'r', '--tenant', 't'];
  const terminal = { columns: 80, rows: 24 };
  const running = startHere(t, ['token', 'request', ...url, '--out', '-'], { kubeconfigPath: '/dev/null', terminal });
  assert.equal(await running.done, 2, running.stderr());
  assert.match(running.stderr(), /--out - is for a pipe, and stdout is a terminal/);
});

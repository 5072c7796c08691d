import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, suite, type TestContext, test } from 'node:test';
import { isPair } from '#common/pki/certificate.ts';
import { conform } from '#common/resources/conform.ts';
import { CERTIFICATE_FILES_SCHEMA } from '../../../plugin/schemas/certificate-files.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere } from '../run-plugin.ts';
import { FILES, filesScene } from './files.ts';

suite('cert issue', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
  });
  after(() => simulator.close());
  afterEach(() => {
    simulator.faults.clear();
    simulator.requests.clear();
  });

  const scene = (t: TestContext) => filesScene(t, simulator);
  const spent = () => simulator.requests.list().filter(({ rootFields }) => rootFields.includes('configuration')).length;

  test('leaves a key for its owner alone, a certificate of it, the chain, the CA, and where Compass is', async (t) => {
    const { out, issue, names, read } = await scene(t);
    const { rawEncoded, token } = simulator.requestToken();
    const { code, stdout, stderr } = await issue(['--token-stdin'], `"${rawEncoded}"\n`);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await names(), FILES);
    assert.equal((await stat(join(out, 'compass-app.key'))).mode & 0o777, 0o600);
    const certificate = new X509Certificate(await read('compass-app.crt'));
    assert.ok(isPair(certificate, await read('compass-app.key')));
    const chain = (await read('compass-app-chain.crt')).match(/BEGIN CERTIFICATE/g);
    assert.equal(chain?.length, 3);
    const connection = JSON.parse(await read('connection.json'));
    assert.equal(connection.fingerprint, certificate.fingerprint256);
    assert.equal(connection.directorUrl, simulator.urls.director);
    assert.equal(connection.certificateSecuredConnectorUrl, simulator.urls.connectorMtls);
    assert.match(stdout, /^a client certificate was issued\n {2}subject +O=.*CN=/);
    assert.match(
      stderr,
      /^✔ token +one-time, from stdin[\s\S]*✔ reach [\s\S]*✔ key [\s\S]*✔ configuration [\s\S]*✔ sign [\s\S]*✔ store /,
    );
    for (const secret of [token, (await read('compass-app.key')).slice(40, 80)])
      assert.ok(!(stdout + stderr).includes(secret));
  });

  test('takes a bare token with --connector-url, and a URL with the token in it', async (t) => {
    const { issue, names } = await scene(t);
    const { token, raw } = simulator.requestToken();
    const bare = await issue(['--token-stdin'], token);
    assert.equal(bare.code, 2);
    assert.match(bare.stderr, /does not say where it is good for: give --connector-url/);
    const { code, stdout } = await issue(
      ['--token-stdin', '--connector-url', simulator.urls.connector, '-o', 'json'],
      token,
    );
    assert.equal(code, 0);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(CERTIFICATE_FILES_SCHEMA, document), document);
    assert.equal(document.verdict.status, 'Issued');
    const again = await issue(['--force', raw]);
    assert.equal(again.code, 6, 'the second of two uses');
    const fresh = await issue(['--force', simulator.requestToken().raw]);
    assert.equal(fresh.code, 0, fresh.stderr);
    assert.match(fresh.stderr, /^warning: a token on the command line stays in the history/);
    assert.deepEqual(await names(), FILES);
  });

  test('a folder that cannot be made is a wrong --out, and the token is still good', async (t) => {
    const { issue, out, ca } = await scene(t);
    const { rawEncoded } = simulator.requestToken();
    const impossible = [[join(ca, 'app'), /app\/\S+ cannot be looked at: ENOTDIR/]] as [string, RegExp][];
    // A folder that is there, and in which nothing can be made: it says so by ENOENT.
    if (process.platform === 'linux') {
      impossible.push(['/proc/compass/app', /app\/\S+ cannot be written: no folder can be made in \/proc\n/]);
    }
    const before = spent();
    for (const [path, message] of impossible) {
      const { code, stderr } = await issue(['--token-stdin', '--out', path], rawEncoded);
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
    assert.equal(spent(), before);
    const deep = join(out, 'in', 'deep');
    const { code, stderr } = await issue(['--token-stdin', '--out', deep], rawEncoded);
    assert.equal(code, 0, stderr);
    assert.equal((await stat(join(out, 'in'))).mode & 0o777, 0o700);
  });

  test('a dry run tries the way and spends nothing', async (t) => {
    const { issue, names } = await scene(t);
    const { rawEncoded } = simulator.requestToken();
    for (const flag of ['--dry-run', '--dry-run=client']) {
      const { code, stdout } = await issue(['--token-stdin', flag], rawEncoded);
      assert.equal(code, 0);
      assert.match(stdout, /\(dry run\): the token is still good/);
    }
    assert.deepEqual(await names(), []);
    assert.equal((await issue(['--token-stdin'], rawEncoded)).code, 0);
  });

  test('replaces nothing without --force, and does not use the token', async (t) => {
    const { issue, read } = await scene(t);
    await issue(['--token-stdin'], simulator.requestToken().rawEncoded);
    const key = await read('compass-app.key');
    const { rawEncoded } = simulator.requestToken();
    simulator.requests.clear();
    const refused = await issue(['--token-stdin'], rawEncoded);
    assertExit(refused, 'cert issue', 7);
    assert.match(refused.stderr, /compass-app\.key is there already; the token was not used/);
    assert.equal(spent(), 0);
    assert.equal(await read('compass-app.key'), key);
    assert.equal((await issue(['--token-stdin', '--force'], rawEncoded)).code, 0);
    assert.notEqual(await read('compass-app.key'), key);
  });

  test('a Compass that cannot be trusted or reached gets no token: exit code 5', async (t) => {
    const { issue, names } = await scene(t);
    const { rawEncoded } = simulator.requestToken();
    const untrusted = await issue(['--token-stdin'], rawEncoded, { NODE_EXTRA_CA_CERTS: '' });
    assertExit(untrusted, 'cert issue', 5);
    assert.match(
      untrusted.stderr,
      /token was not sent, and is still good.*\n {2}CMP0502 CompassUntrusted; next: give the CA of Compass by --compass-ca FILE/,
    );
    const absent = await issue(
      ['--token-stdin', '--connector-url', 'https://127.0.0.1:9/connector/graphql'],
      rawEncoded,
    );
    assert.equal(absent.code, 5);
    assert.deepEqual(await names(), []);
    assert.equal((await issue(['--token-stdin'], rawEncoded)).code, 0);
  });

  test('a token that is used, expired or unknown is exit code 6, in a document too, and leaves no file', async (t) => {
    const { issue, names } = await scene(t);
    const args = ['--token-stdin', '--connector-url', simulator.urls.connector, '-o', 'json'];
    const refused = await issue(args, 'an-unknown-token');
    assertExit(refused, 'cert issue', 6);
    const { error, verdict } = JSON.parse(refused.stdout);
    assert.equal(verdict.exitCode, 6);
    assert.equal(error.reason, 'TokenRefused');
    assert.deepEqual(await names(), []);
  });

  test('what the first token gave is kept when signing fails, and --resume goes on with it', async (t) => {
    const { out, issue, names, read } = await scene(t);
    const { rawEncoded } = simulator.requestToken();
    const id = simulator.faults.add({
      operation: 'signCertificateSigningRequest',
      when: 'beforeConsumption',
      status: 503,
    });
    const failed = await issue(['--token-stdin'], rawEncoded);
    assert.equal(failed.code, 5);
    assert.match(
      failed.stderr,
      /the key and the second token are kept.*\n.*next: kubectl compass cert issue --resume --out /,
    );
    assert.deepEqual(await names(), ['compass-app.key.new', 'connection.pending.json']);
    for (const name of await names()) assert.equal((await stat(join(out, name))).mode & 0o777, 0o600);
    const key = await read('compass-app.key.new');
    simulator.faults.remove(id);
    const resumed = await issue(['--resume']);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(await names(), FILES);
    assert.equal(await read('compass-app.key'), key);
    assert.equal(spent(), 1);
  });

  test('the same token once more goes on where it stopped', async (t) => {
    const { issue, names } = await scene(t);
    const { rawEncoded } = simulator.requestToken();
    simulator.faults.add({
      operation: 'signCertificateSigningRequest',
      when: 'beforeConsumption',
      cut: true,
      times: 1,
    });
    assert.equal((await issue(['--token-stdin'], rawEncoded)).code, 5);
    const again = await issue(['--token-stdin'], rawEncoded);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stderr, /it goes on/);
    assert.deepEqual(await names(), FILES);
  });

  test('a certificate that cannot be stored is shown, also with --quiet: there is no second one', async (t) => {
    const { out, issue } = await scene(t);
    // A folder stands where its connection is to be described, and cannot be replaced.
    await mkdir(join(out, 'connection.json', 'in-the-way'), { recursive: true });
    const { code, stderr } = await issue(['--token-stdin', '--quiet', '--force'], simulator.requestToken().rawEncoded);
    assert.notEqual(code, 0);
    assert.match(
      stderr,
      /^the certificate could not be stored \(.*\); here it is with its chain:\n-----BEGIN CERTIFICATE/,
    );
  });

  test('a refused token leaves nothing behind, and a folder that was there stays', async (t) => {
    const { out, issue } = await scene(t);
    const refused = await issue(['--token-stdin', '--connector-url', simulator.urls.connector], 'unknown-token');
    assert.equal(refused.code, 6);
    assert.match(refused.stderr, /no file was written/);
    await assert.rejects(stat(out), { code: 'ENOENT' });
    await mkdir(out);
    await issue(['--token-stdin', '--connector-url', simulator.urls.connector], 'unknown-token');
    assert.ok((await stat(out)).isDirectory());
  });

  test('a URL on a foreign host is refused before the second token is spent, and can be allowed', async (t) => {
    const { issue, names } = await scene(t);
    simulator.faults.add({
      operation: 'configuration',
      set: { '/data/configuration/managementPlaneInfo/directorURL': 'https://elsewhere.example/graphql' },
    });
    const refused = await issue(['--token-stdin'], simulator.requestToken().rawEncoded);
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /elsewhere\.example is neither on the host/);
    const next = /next: kubectl compass cert issue (--resume .*)$/m.exec(refused.stderr)?.[1] ?? '';
    assert.match(next, / --allowed-host elsewhere\.example$/);
    const still = await issue(['--resume', '--allowed-host', 'other.example']);
    assert.match(still.stderr, / --allowed-host other\.example --allowed-host elsewhere\.example\n/);
    const allowed = await issue(next.split(' '));
    assert.equal(allowed.code, 0, allowed.stderr);
    assert.deepEqual(await names(), FILES);
  });

  test('works for an Application, whose token comes from the Director', async (t) => {
    const { issue, read } = await scene(t);
    const { id } = simulator.landscape.createApplication({ name: `app-${Date.now()}` });
    const answer = await fetch(`${simulator.adminUrl}/applications/${id}/token`, { method: 'POST' });
    const { rawEncoded } = (await answer.json()) as { readonly rawEncoded: string };
    const { code, stderr } = await issue(['--token-stdin'], rawEncoded);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^before it ends: kubectl compass cert renew --cert \S+ --key \S+$/m);
    assert.match(JSON.parse(await read('connection.json')).subject, /CN=/);
  });

  test('does without the URLs that a Connector does not name', async (t) => {
    const { issue, read } = await scene(t);
    simulator.faults.add({ operation: 'configuration', set: { '/data/configuration/managementPlaneInfo': null } });
    const { code, stderr } = await issue(['--token-stdin'], simulator.requestToken().rawEncoded);
    assert.equal(code, 0, stderr);
    assert.equal('directorUrl' in JSON.parse(await read('connection.json')), false);
  });

  test('goes by HTTPS_PROXY, unless NO_PROXY has the host; nothing is sent through a proxy that is not there', async (t) => {
    const { issue } = await scene(t);
    const { rawEncoded } = simulator.requestToken();
    const proxy = { HTTPS_PROXY: 'http://127.0.0.1:9' };
    const refused = await issue(['--token-stdin'], rawEncoded, proxy);
    assert.equal(refused.code, 5);
    assert.match(refused.stderr, /the token was not sent.*\n.*next: look at the network and the proxy/);
    const direct = await issue(['--token-stdin'], rawEncoded, { ...proxy, NO_PROXY: 'localhost' });
    assert.equal(direct.code, 0, direct.stderr);
  });

  test('refuses what makes no sense, before anything else: exit code 2', async (t) => {
    const { issue, names } = await scene(t);
    const rows: readonly [args: readonly string[], says: RegExp][] = [
      [[], /a one-time token is needed/],
      [['--token-stdin', '--key-size=1024'], /--key-size is "1024"/],
      [['--token-stdin', '--token-file=x'], /given twice/],
      [['--resume'], /there is nothing to go on with/],
      [['--resume', '--token-stdin'], /goes on with the token that it has/],
      [['--token-stdin', '--compass-ca=/nonexistent'], /--compass-ca is \/nonexistent, which cannot be read/],
      [['--token-stdin', '--connector-url=http://compass.example/graphql'], /CONNECTOR_URL must begin with https/],
    ];
    for (const [args, says] of rows) {
      const { code, stderr } = await issue(args, simulator.requestToken().rawEncoded);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, says);
    }
    assert.deepEqual(await names(), []);
    const { code, stderr } = await runHere(['cert', 'issue', '--token-stdin'], {}, simulator.requestToken().rawEncoded);
    assert.equal(code, 2);
    assert.match(stderr, /give --out DIRECTORY, or both --cert and --key/);
  });
});

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmod, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, suite, type TestContext, test } from 'node:test';
import { isPair } from '#common/pki/certificate.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { FILES, type FilesScene, filesScene } from './files.ts';

suite('a certificate in files', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
  });
  after(() => simulator.close());
  afterEach(() => {
    simulator.faults.clear();
    simulator.switches.revocation = 'refused';
  });

  async function issued(t: TestContext): Promise<FilesScene> {
    const scene = await filesScene(t, simulator);
    const { code, stderr } = await scene.issue(['--token-stdin'], simulator.requestToken().rawEncoded);
    assert.equal(code, 0, stderr);
    return scene;
  }

  const pair = async ({ read }: FilesScene) => ({
    key: await read('compass-app.key'),
    crt: await read('compass-app.crt'),
  });

  test('is renewed with a new key, both in their places, and nothing is left beside them', async (t) => {
    const scene = await issued(t);
    const before = await pair(scene);
    await chmod(join(scene.out, 'compass-app.key'), 0o640);
    const { code, stdout, stderr } = await scene.run('renew', ['--key-size=2048']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^the certificate was renewed with a new key\n/);
    assert.match(stderr, /✔ prove +the Connector accepts the new certificate/);
    const { key, crt } = await pair(scene);
    assert.notEqual(key, before.key);
    assert.ok(isPair(new X509Certificate(crt), key));
    assert.deepEqual(await scene.names(), FILES);
    assert.equal(
      (await stat(join(scene.out, 'compass-app.key'))).mode & 0o777,
      0o640,
      'the rights that people gave it',
    );
    const connection = JSON.parse(await scene.read('connection.json'));
    assert.equal(connection.fingerprint, new X509Certificate(crt).fingerprint256);
    assert.match(
      await scene.read('compass-app-chain.crt'),
      new RegExp(crt.split('\n')[1]?.replace(/[+/]/g, '.') ?? '-'),
    );
  });

  test('stays as it is where the renewal fails, or the new one is not accepted', async (t) => {
    const scene = await issued(t);
    const before = await pair(scene);
    for (const fault of [
      { operation: 'configuration', status: 503 },
      { operation: 'signCertificateSigningRequest', cut: true },
      { operation: 'configuration', skip: 1, error: { message: 'unauthenticated' } },
    ]) {
      simulator.faults.clear();
      simulator.faults.add({ target: 'connectorMtls', ...fault });
      const { code, stderr } = await scene.run('renew', ['--key-size=2048']);
      assert.equal(code, 'error' in fault ? 6 : 5, stderr);
      assert.match(stderr, /the present key and certificate were left as they are/);
      assert.deepEqual(await pair(scene), before);
      assert.deepEqual(await scene.names(), FILES);
    }
  });

  test('that lies between its old and its new self is put right by the next run', async (t) => {
    const scene = await issued(t);
    const other = await issued(t);
    const path = (name: string) => join(scene.out, name);
    await rename(join(other.out, 'compass-app.key'), path('compass-app.key'));
    await rename(join(other.out, 'compass-app.crt'), path('compass-app.crt.new'));
    const before = await scene.names();
    const { code, stderr } = await scene.run('renew', ['--dry-run']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await scene.names(), before, 'a dry run moves nothing');
    assert.equal((await scene.run('renew', ['--detailed-exitcode'])).code, 9);
    const { key, crt } = await pair(scene);
    assert.ok(isPair(new X509Certificate(crt), key));
    assert.deepEqual(await scene.names(), FILES);
  });

  test('beside another one keeps its hands off the files of that, and needs to be told where Compass is', async (t) => {
    const scene = await issued(t);
    const other = await issued(t);
    for (const [from, to] of [
      ['compass-app.key', 'b.key'],
      ['compass-app.crt', 'b.crt'],
    ] as const) {
      await rename(join(other.out, from), join(scene.out, to));
    }
    const everything = () => Promise.all(FILES.map(scene.read));
    const before = await everything();
    const files = ['--cert', join(scene.out, 'b.crt'), '--key', join(scene.out, 'b.key'), '--key-size=2048'];
    const lost = await scene.run('renew', files);
    assert.equal(lost.code, 2, lost.stderr);
    assert.match(
      lost.stderr,
      /connection\.json beside the certificate is that of another one: give its .*--connector-url/,
    );
    const url = ['--connector-url', simulator.urls.connectorMtls];
    const { code, stdout, stderr } = await scene.run('renew', [...files, ...url]);
    assert.equal(code, 0, stderr);
    assert.deepEqual(await everything(), before);
    assert.doesNotMatch(stdout, /compass-app/);
    assert.ok(isPair(new X509Certificate(await scene.read('b.crt')), await scene.read('b.key')));
  });

  test('that was given another name is known by its fingerprint', async (t) => {
    const scene = await issued(t);
    await rename(join(scene.out, 'compass-app.crt'), join(scene.out, 'mine.crt'));
    const { code, stderr } = await scene.run('renew', ['--cert', join(scene.out, 'mine.crt'), '--key-size=2048']);
    assert.equal(code, 0, stderr);
    const connection = JSON.parse(await scene.read('connection.json'));
    assert.equal(connection.fingerprint, new X509Certificate(await scene.read('mine.crt')).fingerprint256);
  });

  test('is not renewed where that is not due and the exit code is to say so', async (t) => {
    const scene = await issued(t);
    const before = await pair(scene);
    const { code, stdout } = await scene.run('renew', ['--detailed-exitcode', '-o', 'json']);
    assert.equal(code, 9);
    assert.deepEqual(JSON.parse(stdout).verdict, { status: 'NotNeeded', exitCode: 9 });
    assert.deepEqual(await pair(scene), before);
    assert.equal((await scene.run('renew', ['--detailed-exitcode', '--force', '--key-size=2048'])).code, 0);
    assert.notDeepEqual(await pair(scene), before);
  });

  test('needs a word on where Compass is, by connection.json or by hand', async (t) => {
    const scene = await issued(t);
    await rm(join(scene.out, 'connection.json'));
    const lost = await scene.run('renew');
    assert.equal(lost.code, 2);
    assert.match(lost.stderr, /give its certificate-secured Connector by --connector-url/);
    const told = await scene.run('renew', ['--connector-url', simulator.urls.connectorMtls, '--key-size=2048']);
    assert.equal(told.code, 0, told.stderr);
  });

  test('whose key is another, or that is none, is refused with exit code 6; a file that is not there with 2', async (t) => {
    const scene = await issued(t);
    const other = await issued(t);
    await rename(join(other.out, 'compass-app.key'), join(scene.out, 'compass-app.key'));
    const { code, stderr } = await scene.run('renew');
    assert.equal(code, 6);
    assert.match(stderr, /key and certificate are no pair/);
    const absent = await other.run('renew');
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /compass-app\.key cannot be read/);
  });

  test('is revoked once somebody says yes, and the files stay', async (t) => {
    const scene = await issued(t);
    const asked = await scene.run('revoke');
    assert.equal(asked.code, 7);
    assert.match(asked.stderr, /this needs a yes: Revoke the certificate of CN=[0-9a-f-]+, SHA-256 /);
    assert.equal((await scene.run('revoke', ['--dry-run'])).code, 0);
    assert.equal((await scene.run('renew', ['--dry-run'])).code, 0);
    const { code, stdout, stderr } = await scene.run('revoke', ['--yes']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^the certificate was revoked/);
    assert.deepEqual(await scene.names(), FILES);
    const again = await scene.run('renew', ['--key-size=2048']);
    assert.equal(again.code, 6);
    assert.match(again.stderr, /the client certificate is refused/);
  });

  test('keeps its issuers in its file where they were in it', async (t) => {
    const scene = await issued(t);
    const path = join(scene.out, 'compass-app.crt');
    await writeFile(path, await scene.read('compass-app-chain.crt'));
    assert.equal((await scene.run('renew', ['--key-size=2048'])).code, 0);
    assert.equal((await readFile(path, 'utf8')).match(/BEGIN CERT/g)?.length, 3);
  });
});

import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { suite, type TestContext, test } from 'node:test';
import { type Clock, systemClock } from '#common/clock.ts';
import { chooseContext, kubeconfigEndpoint } from '#common/cluster/kubeconfig.ts';
import { readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { credentialPlugin, type PluginOptions } from '#common/cluster/plugin-credential.ts';
import { hasReason } from '#common/errors.ts';
import { createAuthority } from '../../cluster/certificates.ts';
import { NO_KUBECTL, runKubectl } from '../../cluster/kubectl.ts';

const V1 = 'client.authentication.k8s.io/v1';

/** What it is asked with, all its input, and that it ran, each into a file beside it; then a credential. */
const SCRIPT = `#!/bin/sh
here=$(dirname "$0")
printf %s "$KUBERNETES_EXEC_INFO" > "$here/told"
cat > "$here/read"
echo "$GREETING $*" >> "$here/runs"
echo 'please log in' >&2
cat "$here/answer"
`;

interface Scene {
  readonly folder: string;
  readonly kubeconfigPath: string;
  read(name: string): Promise<string>;
  answer(status: object, apiVersion?: string): Promise<void>;
  write(exec: object, cluster?: object, user?: object): Promise<void>;
  plugin(options?: Partial<PluginOptions>): ReturnType<typeof credentialPlugin>;
}

async function newScene(t: TestContext): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-exec-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'login'), SCRIPT);
  await chmod(join(folder, 'bin', 'login'), 0o700);
  const kubeconfigPath = join(folder, 'config');
  const scene: Scene = {
    folder,
    kubeconfigPath,
    read: (name) => readFile(join(folder, 'bin', name), 'utf8'),
    answer: (status, apiVersion = V1) =>
      writeFile(join(folder, 'bin', 'answer'), JSON.stringify({ apiVersion, kind: 'ExecCredential', status })),
    write: (exec, cluster = {}, user = {}) => {
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
        users: [{ name: 'u', user: { exec: { apiVersion: V1, command: './bin/login', ...exec }, ...user } }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      };
      return writeFile(kubeconfigPath, JSON.stringify(config));
    },
    plugin: async (options = {}) => {
      const config = await readKubeconfig([kubeconfigPath]);
      assert.ok(config);
      return credentialPlugin(chooseContext(config, undefined), { env: process.env, clock: systemClock, ...options });
    },
  };
  await scene.answer({ token: 'canary' });
  return scene;
}

/** A file in the place of a terminal: what counts is that the program reads it itself. */
async function typing(t: TestContext, { folder }: Scene, text: string) {
  await writeFile(join(folder, 'typed'), text);
  const file = await open(join(folder, 'typed'));
  const stream = file.createReadStream();
  t.after(() => stream.destroy());
  return { stream: Object.assign(stream, { fd: file.fd }), isTerminal: true };
}

suite('a credential plugin', () => {
  test('reads what is typed on a terminal, unless the kubeconfig forbids it', async (t) => {
    const scene = await newScene(t);
    for (const [interactiveMode, interactive] of [
      [undefined, true],
      ['IfAvailable', true],
      ['Always', true],
      ['Never', false],
    ]) {
      await scene.write({ interactiveMode });
      const ask = await scene.plugin({ stdin: await typing(t, scene, 'my word\n') });
      assert.equal((await ask(false)).authorization, 'Bearer canary');
      assert.equal(await scene.read('read'), interactive ? 'my word\n' : '');
      assert.deepEqual(JSON.parse(await scene.read('told')), {
        apiVersion: V1,
        kind: 'ExecCredential',
        spec: { interactive },
      });
    }
  });

  test('takes nothing from a pipe or from nobody, and is refused where it must ask', async (t) => {
    const scene = await newScene(t);
    const pipe = { ...(await typing(t, scene, 'a token for somebody else\n')), isTerminal: false };
    for (const stdin of [pipe, undefined]) {
      await scene.write({});
      await (await scene.plugin({ stdin }))(false);
      assert.equal(await scene.read('read'), '');
      assert.equal(JSON.parse(await scene.read('told')).spec.interactive, false);
      await scene.write({ interactiveMode: 'Always' });
      const refused = (await scene.plugin({ stdin }))(false);
      await assert.rejects(refused, /login asks on a terminal \(interactiveMode: Always\), and stdin is none/);
    }
    assert.equal((await scene.read('runs')).split('\n').length, 3, 'run twice');
  });

  test('inherits the environment, with its own on top, gets its arguments, and is heard', async (t) => {
    const scene = await newScene(t);
    await scene.write({ args: ['get', 'a token'], env: [{ name: 'GREETING', value: 'hello' }] });
    const stderr = new PassThrough();
    await (await scene.plugin({ env: { ...process.env, GREETING: 'not this' }, stderr }))(false);
    assert.equal(await scene.read('runs'), 'hello get a token\n');
    assert.equal(String(stderr.read()), 'please log in\n');
  });

  test('is given up when it prints without an end, or takes for ever while nobody watches it', async (t) => {
    const scene = await newScene(t);
    await writeFile(join(scene.folder, 'bin', 'answer'), 'x'.repeat(2 * 1024 * 1024));
    await scene.write({});
    await assert.rejects((await scene.plugin())(false), /login failed: it printed more than a credential has$/);
    await writeFile(join(scene.folder, 'bin', 'login'), '#!/bin/sh\nexec sleep 60\n');
    const clock: Clock = { ...systemClock, sleep: () => Promise.resolve() };
    await assert.rejects((await scene.plugin({ clock }))(false), /login failed: it gave no credential in time$/);
  });

  test('is asked again when its credential expired, or when it is told to', async (t) => {
    const scene = await newScene(t);
    await scene.write({});
    let nowMs = Date.parse('2030-01-01T00:00:00Z');
    const clock: Clock = { ...systemClock, now: () => nowMs };
    await scene.answer({ token: 'first', expirationTimestamp: '2030-01-01T00:05:00Z' });
    const ask = await scene.plugin({ clock });
    assert.deepEqual(await ask(false), {
      cert: undefined,
      key: undefined,
      authorization: 'Bearer first',
      expiresAtMs: nowMs + 300_000,
    });
    await scene.answer({ token: 'second' });
    nowMs += 300_000;
    assert.equal((await ask(false)).authorization, 'Bearer first');
    nowMs += 1;
    assert.equal((await ask(false)).authorization, 'Bearer second');
    await scene.answer({ clientCertificateData: 'certificate', clientKeyData: 'key' });
    assert.equal((await ask(false)).authorization, 'Bearer second');
    const { cert, key, authorization } = await ask(true);
    assert.deepEqual({ cert, key, authorization }, { cert: 'certificate', key: 'key', authorization: undefined });
  });

  test('is asked for the request after the expiry, not only when the minute of files is over', async (t) => {
    const scene = await newScene(t);
    await scene.write({});
    let nowMs = Date.parse('2030-01-01T00:00:00Z');
    const clock: Clock = { ...systemClock, now: () => nowMs };
    await scene.answer({ token: 'first', expirationTimestamp: '2030-01-01T00:00:05Z' });
    const config = await readKubeconfig([scene.kubeconfigPath]);
    assert.ok(config);
    const endpoint = kubeconfigEndpoint(chooseContext(config, undefined), { env: process.env, clock });
    assert.equal((await endpoint.credential()).authorization?.reveal(), 'Bearer first');
    await scene.answer({ token: 'second' });
    nowMs += 5_001;
    assert.equal((await endpoint.credential()).authorization?.reveal(), 'Bearer second');
    endpoint.close();
  });

  test('that left a program running in the background is done all the same', async (t) => {
    const scene = await newScene(t);
    const script = 'sleep 20 > /dev/null & echo $! > "$0"; echo "$1"';
    const pidPath = join(scene.folder, 'pid');
    const answer = JSON.stringify({ apiVersion: V1, status: { token: 'canary' } });
    await scene.write({ command: 'sh', args: ['-c', script, pidPath, answer] });
    const startedAtMs = performance.now();
    await (await scene.plugin())(false);
    const tookMs = performance.now() - startedAtMs;
    process.kill(Number(await readFile(pidPath, 'utf8')));
    assert.ok(tookMs < 10_000);
  });

  test('that is not there, or answers nonsense, is named with what to do', async (t) => {
    const scene = await newScene(t);
    await scene.write({
      command: 'compass-no-such-login',
      installHint: 'Get it from\n  https://login.example.com\u001b[1m',
    });
    await assert.rejects((await scene.plugin())(false), (error) => {
      assert.ok(hasReason(error, 'ClusterUnauthorized'));
      assert.match(String(error), /the credential plugin compass-no-such-login was not found$/);
      assert.match(error.next ?? '', /^Get it from https:\/\/login\.example\.com/);
      return true;
    });
    const cases: [object, string | undefined, RegExp][] = [
      [{}, V1, /gave neither a token nor a certificate$/],
      [{ clientKeyData: 'canary' }, V1, /gave a certificate or a key alone$/],
      [
        { token: 'canary' },
        `${V1}beta1`,
        /answered in apiVersion client\.\S+v1beta1, and the kubeconfig asks for client\.\S+v1$/,
      ],
    ];
    await scene.write({});
    for (const [status, apiVersion, message] of cases) {
      await scene.answer(status, apiVersion);
      await assert.rejects((await scene.plugin())(false), message);
    }
    await writeFile(join(scene.folder, 'bin', 'answer'), 'canary');
    await assert.rejects((await scene.plugin())(false), /failed: what it printed is no ExecCredential$/);
    for (const exec of [{ apiVersion: `${V1}alpha1` }, { interactiveMode: 'Sometimes' }]) {
      await scene.write(exec);
      await assert.rejects((await scene.plugin())(false), (error) => hasReason(error, 'InvalidSetting'));
    }
  });

  test('is left alone where the kubeconfig holds a token', async (t) => {
    const scene = await newScene(t);
    await scene.write({}, {}, { token: 'canary' });
    assert.deepEqual(await (await scene.plugin())(false), {});
    await assert.rejects(scene.read('runs'), { code: 'ENOENT' });
  });

  test('is told just what kubectl tells it', { skip: NO_KUBECTL }, async (t) => {
    const scene = await newScene(t);
    await writeFile(join(scene.folder, 'ca.crt'), (await createAuthority('test')).cert);
    const extension = { audience: 'compass', deep: [{ a: 1 }] };
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension }];
    const clusters: object[] = [
      { 'certificate-authority': 'ca.crt' },
      { server: 'https://127.0.0.1:1/path/', extensions },
      { 'tls-server-name': 'api.example.com', 'insecure-skip-tls-verify': true, 'disable-compression': true },
      { 'proxy-url': 'http://127.0.0.1:1', extensions: [{ name: 'other', extension }] },
    ];
    const asked = [
      ...clusters.map((cluster) => ({ cluster, apiVersion: V1, provideClusterInfo: true })),
      { cluster: { extensions }, apiVersion: `${V1}beta1`, provideClusterInfo: true },
      { cluster: { extensions }, apiVersion: V1, provideClusterInfo: false },
    ];
    for (const { cluster, apiVersion, provideClusterInfo } of asked) {
      await scene.answer({ token: 'canary' }, apiVersion);
      await scene.write({ apiVersion, provideClusterInfo, interactiveMode: 'IfAvailable' }, cluster);
      await runKubectl(scene.kubeconfigPath, join(scene.folder, 'cache'), [
        'get',
        '--raw',
        '/',
        '--request-timeout=2s',
      ]);
      const kubectls = JSON.parse(await scene.read('told'));
      await rm(join(scene.folder, 'bin', 'told'));
      await (await scene.plugin())(false);
      assert.deepEqual(JSON.parse(await scene.read('told')), kubectls);
      await rm(join(scene.folder, 'bin', 'told'));
    }
  });
});

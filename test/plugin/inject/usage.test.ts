import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';

const MANIFEST = `# theirs
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders}
spec:
  template:
    spec:
      serviceAccountName: orders
      containers:
      - name: app   # the one
        image: 'app'`;

test('a flag that means nothing where it stands is refused, and so is a value that the sidecar would not take', async () => {
  const lines = [
    ['inject'],
    ['eject'],
    ['inject', 'deployment/a', '-f', 'x'],
    ['inject', 'cronjob/a'],
    ['inject', 'deployment'],
    ['inject', 'deployment/a/b'],
    ['inject', 'deploy/a', '--bindings'],
    ['inject', '-f', '-', '--wait'],
    ['inject', '-f', '-', '--no-wait'],
    ['inject', '-f', '-', '--timeout', '1s'],
    ['inject', '-f', '-', '--dry-run=client'],
    ['inject', '-f', '-', '--connection', 'x'],
    ['eject', '-f', '-', '--dry-run'],
    ['inject', '-f', '-', '-f', '-'],
    ['inject', '-f', '/no/such/file'],
    ['inject', 'deploy/a', '--dry-run=server', '--wait'],
    ['inject', 'deploy/a', '--no-wait', '--timeout', '1m'],
    ['inject', '-f', '-', '--native', 'maybe'],
    ...[
      ['--file-mode', '0666'],
      ['--proxy-port', '0'],
      ['--health-port', '70000'],
      ['--notify-url', 'http://example.com/'],
      ['--notify-url', 'https://localhost/'],
      ['--notify-signal', 'SIGKILL:x'],
      ['--mount-path', 'relative'],
      ['--mount-path', '/a/../b'],
      ['--secret', 'name'],
      ['--set', 'novalue'],
      ['--image', 'two words'],
    ].map((flags) => ['inject', '-f', '-', ...flags]),
  ];
  for (const line of lines) {
    const { code, stderr } = await runHere([...line, '--server', 'https://127.0.0.1:1'], {}, MANIFEST);
    assert.equal(code, 2, `${line.join(' ')}: ${stderr}`);
  }
});

test('a manifest that names no namespace is warned of in words that are true of any', async () => {
  for (const [flags, says] of [
    [[], /every Pod of its namespace that does so/],
    [['--full'], /they belong to ServiceAccount default$/m],
    [['--workload-namespace', 'shop'], /every Pod of namespace shop that does so/],
  ] as const) {
    const manifest = MANIFEST.replace(/^.*serviceAccountName.*\n/m, '');
    const { code, stderr } = await runHere(['inject', '-f', '-', ...flags], {}, manifest);
    assert.equal(code, 0, stderr);
    assert.match(stderr, says);
  }
});

test('a setting that no sidecar knows is refused with the one that was meant', async () => {
  for (const [flag, value] of [
    ['--set', 'APP_LOG_LEVLE=debug'],
    ['--set-from-secret', 'APP_LOG_LEVLE=secret/key'],
  ] as const) {
    const { code, stderr } = await runHere(['inject', '-f', '-', flag, value], {}, MANIFEST);
    assert.equal(code, 2, stderr);
    assert.ok(
      stderr.startsWith(
        `error: ${flag} APP_LOG_LEVLE is no setting of the sidecar of this version; did you mean APP_LOG_LEVEL?`,
      ),
    );
  }
});

test('I8: what is refused is shown without a password', async () => {
  for (const url of [
    'http://me:canary@localhost/',
    'http://example.com/?key=canary',
    'http://me:can/canary@localhost',
  ]) {
    const { code, stderr } = await runHere(['inject', '-f', '-', '--notify-url', url], {}, MANIFEST);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /--notify-url is "http:\/\/.*", and must be an http URL on .*, without user and password/);
    assert.doesNotMatch(stderr, /canary/);
  }
});

test('a manifest goes through the built program, and back, byte for byte', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-inject-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'orders.yaml');
  await writeFile(file, MANIFEST);
  const line = ['--workload-namespace', 'shop', '--bindings'];
  const injected = await runPlugin(['inject', '-f', file, ...line]);
  assertExit(injected, 'inject', 0);
  assert.match(injected.stdout, /- name: compass-sidecar\n {8}image: compass-sidecar:/);
  assert.match(injected.stdout, /kind: RoleBinding[\s\S]*namespace: shop\n {2}name: orders\n$/);
  assert.doesNotMatch(injected.stdout, /restartPolicy/);
  assert.match(injected.stderr, /note: fsGroup of the Pod is set/);
  const ejected = await runPlugin(['eject', '-f', '-'], {}, injected.stdout);
  assertExit(ejected, 'eject', 0);
  assert.equal(ejected.stdout, await readFile(file, 'utf8'));
  const same = await runPlugin(['inject', '-f', '-', ...line, '-o', 'json'], {}, injected.stdout);
  const document = JSON.parse(same.stdout);
  assert.deepEqual([document.verdict.status, document.manifest], ['Unchanged', injected.stdout]);
  const native = await runHere(['inject', '-f', '-', '--native=always'], {}, MANIFEST);
  assert.match(native.stdout, /restartPolicy: Always/);
  assert.match(native.stderr, /note: its ServiceAccount needs a Role and a RoleBinding/);
});

test('several manifests become one stream; what cannot be bound or read is said', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'compass-inject-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [one, other, binary] = ['a.yaml', 'b.yaml', 'c.yaml'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await writeFile(one, MANIFEST);
  await writeFile(other, 'kind: ConfigMap\n');
  await writeFile(binary, Buffer.from([0xff, 0xfe, 0x00]));
  const both = await runHere(['eject', '-f', one, '-f', other]);
  assert.equal(both.stdout, `${MANIFEST}\n---\nkind: ConfigMap\n`);
  const none = await runHere(['inject', '-f', other]);
  assert.deepEqual([none.code, none.stdout], [0, 'kind: ConfigMap\n']);
  assert.match(none.stderr, /none of the documents has a Pod template/);
  assert.match(
    (await runHere(['inject', '-f', one, '--bindings'])).stderr,
    /has no namespace.*say --workload-namespace/,
  );
  assert.match((await runHere(['inject', '-f', binary])).stderr, /is not UTF-8 text/);
  const json = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'a' },
    spec: { containers: [{ name: 'a' }] },
  });
  assert.match((await runHere(['inject', '-f', '-', '--bindings'], {}, json)).stderr, /stdin is JSON/);
  assert.equal((await runHere(['inject', '-f', '-'], {}, json)).code, 0);
  const secret = await runHere(['inject', '-f', '-'], {}, 'kind: Secret\ndata: {a: "c2VjcmV0');
  assert.equal(secret.code, 2);
  assert.doesNotMatch(secret.stderr, /c2Vj/);
  const blocked = await runHere(['inject', '-f', '-'], {}, MANIFEST.replace('name: app', 'name: compass-sidecar'));
  assertExit(blocked, 'inject', 7);
});

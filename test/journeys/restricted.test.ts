import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { APPLICATION } from '#common/resources/application.ts';
import { buildProgram } from '../../.scripts/build.ts';
import { freePorts } from '../cluster/genuine/ports.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { CA_FILE, type Contents, confine, PATH, readRestrictions, whyNot } from '../sidecar/deploy/confined.ts';
import { DEPLOY_FOLDER } from '../sidecar/deploy/render.ts';
import { CLIENT, CONFIGURATION, CONNECTION, startWorld } from './world.ts';

/** What the container of the manifests holds, with the token of its own account. */
async function contentsOf(t: TestContext, files: Readonly<Record<string, string>>, caFile: string): Promise<Contents> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-restricted-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await buildProgram('sidecar', folder);
  const [root, account] = [join(folder, 'root'), join(folder, 'account')];
  await mkdir(root);
  await mkdir(account);
  for (const [name, text] of Object.entries(files)) await writeFile(join(account, name), text);
  await chmod(account, 0o755);
  return { folder: root, app: join(folder, 'sidecar'), account, ca: caFile };
}

/** Everything about a process that the kernel tells in `status`, by name. */
function statusOf(pid: number): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return Object.fromEntries(lines.map((line) => [line.split(':')[0], line.split(':').slice(1).join(':').trim()]));
}

/** Where a process may write: the mounts that are not read-only, with the file systems that they are of. */
function writable(pid: number): readonly string[] {
  const mounts = readFileSync(`/proc/${pid}/mountinfo`, 'utf8').trim().split('\n');
  return mounts
    .map((line) => line.split(' '))
    .filter((parts) => !(parts[5] ?? '').split(',').includes('ro'))
    .map((parts) => `${parts[parts.indexOf('-') + 1]} ${parts[4]}`);
}

/** Bytes that a process had written to any disk. */
function writtenToDisk(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

test('the restrictions of the manifests hold: as nobody else, without capabilities, on a root that nobody writes', {
  skip: NO_KUBECTL,
}, async (t) => {
  const world = await startWorld(t);
  const { cluster, simulator } = world;
  const applied = await cluster.kubectl(['apply', '--server-side', '-k', DEPLOY_FOLDER]);
  assert.equal(applied.code, 0, applied.stderr);
  const { token } = await cluster.asServiceAccount(CONFIGURATION.namespace, 'compass-sidecar');
  const files = { token, 'ca.crt': cluster.ca, namespace: CONFIGURATION.namespace };
  const contents = await contentsOf(t, files, world.caFile);
  const restrictions = await readRestrictions();
  const reason = await whyNot(restrictions, contents);
  if (reason !== undefined) return t.skip(reason);

  const [healthPort = 0] = await freePorts(1);
  const { hostname, port } = new URL(cluster.server);
  const [program, ...args] = confine(restrictions, contents, restrictions.command);
  const sidecar = world.start(
    {
      ...restrictions.env,
      PATH: `${PATH}:${process.env['PATH']}`,
      NODE_COMPILE_CACHE: '',
      KUBECONFIG: '',
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      POD_NAME: 'compass-sidecar-0',
      APP_COMPASS_CA_BUNDLE: CA_FILE,
      APP_HEALTH_PORT: String(healthPort),
    },
    args,
    program,
  );
  simulator.landscape.createApplication({ name: 'app-one' });
  await world.configure();
  await world.reaches('Synchronized');
  assert.ok(await cluster.cluster.find({ kind: APPLICATION, name: 'app-one' }));
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  await cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  await until('the certificate is renewed', async () => {
    const now = await world.secret(CLIENT.namespace, CLIENT.name);
    return now?.['crt'] !== undefined && now['crt'] !== before?.['crt'];
  });
  await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);

  const { pid = 0 } = sidecar.child;
  const { Uid, Gid, Groups, CapInh, CapPrm, CapEff, CapBnd, CapAmb, NoNewPrivs } = statusOf(pid);
  const ids =
    process.getuid?.() === 0 ? [restrictions.user, restrictions.group] : [process.getuid?.(), process.getgid?.()];
  assert.deepEqual(
    [Uid, Gid],
    ids.map((id) => Array.from({ length: 4 }, () => id).join('\t')),
  );
  if (process.getuid?.() === 0) assert.equal(Groups, '');
  for (const capabilities of [CapInh, CapPrm, CapEff, CapBnd, CapAmb]) assert.equal(capabilities, '0000000000000000');
  assert.equal(NoNewPrivs, '1');
  assert.equal(restrictions.user, 65_532);
  const volume = `tmpfs ${restrictions.volume}`;
  const places = writable(pid).filter((place) => !/ \/(?:proc|dev)\b/.test(place));
  assert.deepEqual(places, [volume]);
  assert.equal(writtenToDisk(pid), 0);
  assert.equal(await sidecar.stop(), 0);
  assert.doesNotMatch(sidecar.output(), /EROFS|EACCES|EPERM|read-only/i);
});

test('under them nothing but the volume can be written, and that holds what the manifest says', async (t) => {
  const empty = await mkdtemp(join(tmpdir(), 'compass-none-'));
  t.after(() => rm(empty, { recursive: true, force: true }));
  await writeFile(join(empty, 'ca.pem'), '');
  const contents = await contentsOf(t, { token: 'none' }, join(empty, 'ca.pem'));
  const restrictions = await readRestrictions();
  const reason = await whyNot(restrictions, contents);
  if (reason !== undefined) return t.skip(reason);
  const places = ['/', '/app', '/tmp', '/etc', '/opt', '/run', '/usr', '/var/run/secrets/kubernetes.io/serviceaccount'];
  const script = [
    `for place in ${[...places, restrictions.volume].join(' ')}; do`,
    '(: > "$place/written") 2>/dev/null && echo "$place"; done;',
    `dd if=/dev/urandom of=${restrictions.volume}/large bs=1024 count=${restrictions.volumeKb + 1} 2>/dev/null || echo full;`,
    `wc -c < ${restrictions.volume}/large`,
  ].join(' ');
  const [program = '', ...args] = confine(restrictions, contents, ['sh', '-c', script]);
  const { stdout } = await promisify(execFile)(program, args, {
    env: { PATH: `${PATH}:/usr/sbin:/sbin`, LC_ALL: 'C' },
  });
  const [written, isFull, bytes] = stdout.trim().split('\n');
  assert.deepEqual([written, isFull], [restrictions.volume, 'full']);
  assert.ok(Number(bytes) <= restrictions.volumeKb * 1024, `${bytes} bytes`);
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { APPLICATION } from '#common/resources/application.ts';
import { VERSION } from '#common/version.ts';
import { missingTools } from '../../.scripts/run-tool.ts';
import { DEFAULT_VALUES } from '../../plugin/install/values.ts';
import { chargedWith } from '../bench/sync/process-memory.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { readRestrictions } from '../sidecar/deploy/confined.ts';
import { findArtefact } from './artefacts.ts';
import { ACCOUNT_FOLDER, CA_FILE, startContainerWorld } from './contained-sidecar.ts';
import { pathsIn, readImage } from './image-archive.ts';
import { startPodman } from './podman.ts';

const MEBIBYTE = 1024 * 1024;
const LIMIT_MIB = 96;
const LARGEST_MB = 50;
const ARCHITECTURES = ['amd64', 'arm64'] as const;

const archiveOf = (architecture: string) => findArtefact(`image/compass-sidecar_*_linux_${architecture}.tar`);

for (const architecture of ARCHITECTURES) {
  test(`the image for ${architecture} runs what the Deployment runs, as the same user, and says what it is`, async (t) => {
    const { config } = await readImage(t, archiveOf(architecture));
    const { command, env, user, group } = await readRestrictions();
    assert.deepEqual([config.os, config.architecture], ['linux', architecture]);
    assert.equal(config.created, '1970-01-01T00:00:00Z');
    const { User, Env = [], Entrypoint, Cmd, Labels = {} } = config.config;
    assert.equal(User, `${user}:${group}`);
    assert.deepEqual(Entrypoint, command);
    assert.equal(Cmd, undefined);
    const ofMemory = Object.entries(env).filter(([name]) => name.startsWith('MALLOC_'));
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    assert.deepEqual(Env, [path, ...ofMemory.map(([name, value]) => `${name}=${value}`)]);
    const label = (name: string) => Labels[`org.opencontainers.image.${name}`];
    assert.deepEqual([label('title'), label('version'), label('licenses')], ['compass-sidecar', VERSION, 'Apache-2.0']);
    assert.match(label('description') ?? '', /Compass/);
    assert.match(label('revision') ?? 'none where there is no history', /^[0-9a-f]{40}(?:-modified)?$|^none/);
  });

  test(`the image for ${architecture} is at most ${LARGEST_MB} MB to download`, async (t) => {
    const { compressedBytes, digest } = await readImage(t, archiveOf(architecture));
    t.diagnostic(`${architecture}: ${(compressedBytes / 1e6).toFixed(1)} MB, ${digest}`);
    assert.ok(compressedBytes <= LARGEST_MB * 1e6, `${compressedBytes} bytes`);
  });

  test(`the image for ${architecture} holds Node, the sidecar, their licences, and no shell or package manager`, async (t) => {
    const paths = await pathsIn(await readImage(t, archiveOf(architecture)));
    const topLevel = [...new Set(paths.map((path) => path.split('/')[0]))];
    const loader = architecture === 'amd64' ? ['lib64'] : [];
    assert.deepEqual(topLevel, ['app', 'etc', 'home', 'lib', ...loader, 'tmp', 'usr', 'var']);
    const programs = paths.filter((path) => /^(?:usr\/)?(?:local\/)?s?bin\/.+/.test(path));
    assert.deepEqual(programs, ['usr/bin/node']);
    const needed = [
      ...['app/main.js', 'app/program.js', 'app/reader-program.js', 'usr/lib/libatomic.so.1'],
      ...['usr/share/doc/compass-sidecar/LICENSE', 'usr/share/doc/compass-sidecar/THIRD_PARTY_LICENSES'],
    ];
    assert.deepEqual(
      needed.filter((path) => !paths.includes(path)),
      [],
    );
    assert.deepEqual(
      paths.filter((path) => path.endsWith('.map') || path.endsWith('.ts')),
      [],
    );
  });
}

test('the image pairs and synchronizes as nobody, on a root that nobody writes, within 96 MiB, and ends when it is told to', {
  skip: NO_KUBECTL,
}, async (t) => {
  const podman = await startPodman(t);
  if (typeof podman === 'string') return t.skip(podman);
  const image = await podman.load(archiveOf('amd64'));
  const world = await startContainerWorld(t);
  const { volume, volumeKb } = await readRestrictions();
  const name = 'compass-sidecar';
  const sidecar = world.start(
    { ...podman.env, ...world.env, KUBECONFIG: '', APP_MIRROR_FOLDER: volume },
    [
      ...['run', '--name', name, '--network=host', '--memory', `${LIMIT_MIB}m`],
      ...['--read-only', '--read-only-tmpfs=false', '--tmpfs', `${volume}:rw,mode=1777,size=${volumeKb}k`],
      ...['--user', '65532:65532', '--cap-drop=all', '--security-opt=no-new-privileges'],
      ...['--volume', `${world.account}:${ACCOUNT_FOLDER}:ro`, '--volume', `${world.caFile}:${CA_FILE}:ro`],
      ...['--env', 'APP_*', '--env', 'POD_*', '--env', 'KUBERNETES_*', image],
    ],
    'podman',
  );
  world.simulator.landscape.createApplication({ name: 'app-one' });
  await world.configure();
  await world.reaches('Synchronized');
  assert.ok(await world.cluster.cluster.find({ kind: APPLICATION, name: 'app-one' }));
  await until('it is ready', async () => (await world.readiness()) === 200);

  const pid = Number(await podman.run('inspect', '--format', '{{.State.Pid}}', name));
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  for (const line of ['Uid:(?:\\t65532){4}', 'CapEff:\\t0{16}', 'CapBnd:\\t0{16}', 'NoNewPrivs:\\t1'])
    assert.match(status, new RegExp(`^${line}$`, 'm'));
  const charged = chargedWith(pid);
  const [peak, workingSet] = [charged.peak() / MEBIBYTE, charged.workingSet() / MEBIBYTE];
  t.diagnostic(`of ${LIMIT_MIB} MiB: peak ${peak.toFixed(1)}, working set ${workingSet.toFixed(1)}`);
  assert.ok(peak <= LIMIT_MIB && workingSet < LIMIT_MIB);
  assert.equal(charged.kills(), 0);

  await podman.run('stop', '--time', '180', name);
  const [ended] = JSON.parse(await podman.run('inspect', name)) as [
    { State: { ExitCode: number; OOMKilled: boolean } },
  ];
  assert.deepEqual([ended.State.ExitCode, ended.State.OOMKilled], [0, false]);
  assert.equal(await sidecar.stop(), 0);
  assert.doesNotMatch(sidecar.output(), /EROFS|EACCES|EPERM|read-only/i);
});

test('the image has the name that install expects, says what it lacks without a cluster, and has no shell to enter', async (t) => {
  const podman = await startPodman(t);
  if (typeof podman === 'string') return t.skip(podman);
  await podman.load(archiveOf('amd64'));
  const name = `localhost/${DEFAULT_VALUES.image}`;
  await assert.rejects(podman.run('run', '--rm', '--read-only', name), /ended with 2:\n.*no cluster to talk to/);
  await assert.rejects(podman.run('run', '--rm', '--entrypoint', '["sh"]', name), /executable file not found/);
});

test('the image for arm64 starts under qemu: Node runs, and the sidecar gets to its first complaint', async (t) => {
  const podman = await startPodman(t);
  if (typeof podman === 'string') return t.skip(podman);
  const qemu = '/usr/bin/qemu-aarch64-static';
  if ((await missingTools(['qemu-aarch64-static'])).length > 0)
    return t.skip('this machine has no qemu-aarch64-static');
  const archive = archiveOf('arm64');
  const image = await podman.load(archive);
  const { config } = await readImage(t, archive);
  // by its path, so that nothing of the machine has to be set up for programs of another architecture
  const [, ...flags] = config.config.Entrypoint ?? [];
  const run = [
    'run',
    '--rm',
    '--read-only',
    '--volume',
    `${qemu}:/qemu:ro`,
    '--entrypoint',
    '["/qemu","/usr/bin/node"]',
  ];
  assert.match(await podman.run(...run, image, '--print', 'process.arch + process.version'), /^arm64v26\./);
  await assert.rejects(podman.run(...run, image, ...flags), /ended with 2:\n.*no cluster to talk to/);
});

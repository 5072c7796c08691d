import assert from 'node:assert/strict';
import { copyFile, lstat, mkdir, readlink, stat, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { missingTools, runTool } from '../../.scripts/run-tool.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { krewFindings } from '../krew/krew-rules.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { findArtefact } from './artefacts.ts';
import { installAsKrew, readManifest } from './krew-archives.ts';
import { type Ran, run, startHealthyCluster } from './krew-world.ts';

const VERSION = /^Client: +v\d+\.\d+\.\d+/;

const isAmd64 = platform() === 'linux' && arch() === 'x64';
/** Why a program for linux/amd64 is not run by kubectl here. */
const skip = isAmd64 ? NO_KUBECTL : 'this machine does not run programs for linux/amd64';

/** kubectl as somebody calls it who has installed the plugin, by the name of a kubeconfig: `config` or `exec-config`. */
type Kubectl = (config: string, ...args: string[]) => Promise<Ran>;

/** What has to work however the plugin was installed. */
async function tryOut(t: TestContext, kubectl: Kubectl): Promise<void> {
  await t.test('version tells that of the plugin and of the sidecar', async () => {
    const { code, stdout, stderr } = await kubectl('config', 'compass', 'version');
    assert.equal(code, 0, stderr);
    assert.match(stdout, VERSION);
    assert.match(stdout, /^Sidecar: /m);
  });
  await t.test('status shows a healthy connection', async () => {
    const { code, stdout, stderr } = await kubectl('config', 'compass', 'status');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^✔ Healthy {2}compass-connection/);
  });
  await t.test('completion works from the moment that it is installed', async () => {
    const installed = await kubectl('config', 'compass', 'completion', 'install');
    assert.equal(installed.code, 0, installed.stderr);
    assert.match(installed.stdout, /kubectl_complete-compass created\n$/);
    const { stdout } = await kubectl('config', '__complete', 'compass', '');
    assert.match(stdout, /^status\t.+$/m);
    assert.match(stdout, /^:4$/m);
  });
  await t.test('an exec credential plugin proves who asks', async () => {
    const { code, stdout, stderr } = await kubectl('exec-config', 'compass', 'status');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^✔ Healthy {2}compass-connection/);
  });
  await t.test("kubectl's list of plugins has it, without a warning", async () => {
    const { code, stdout, stderr } = await kubectl('config', 'plugin', 'list');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /\/kubectl-compass\n/);
  });
}

test('the manifest of the build keeps to the rules of krew', async () => {
  assert.deepEqual(krewFindings(await readManifest(), 'compass'), []);
});

/** By the end of an archive's name, what lies in it beside the licences. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  'darwin_amd64.tar.gz': ['kubectl-compass', 'node', 'plugin'],
  'darwin_arm64.tar.gz': ['kubectl-compass'],
  'linux_amd64.tar.gz': ['kubectl-compass', 'libatomic.so.1'],
  'linux_arm64.tar.gz': ['kubectl-compass', 'libatomic.so.1'],
  'node.tar.gz': ['kubectl-compass', 'plugin'],
  'windows_amd64.zip': ['kubectl-compass.exe'],
};

test('each archive has its program, what that needs, the licences, and nothing else', async () => {
  for (const [end, files] of Object.entries(CONTENTS)) {
    const archive = findArtefact(`krew/kubectl-compass_*_${end}`);
    const list = await (end.endsWith('.zip') ? runTool('unzip', ['-Z1', archive]) : runTool('tar', ['-tzf', archive]));
    const found = new Set(
      list
        .trim()
        .split('\n')
        .map((path) => path.split('/')[0]),
    );
    assert.deepEqual([...found].toSorted(), [...files, 'LICENSE', 'THIRD_PARTY_LICENSES'].toSorted(), end);
  }
});

test('linux/amd64, installed as krew does, runs through kubectl', { skip }, async (t) => {
  const home = await temporaryFolder(t);
  await mkdir(join(home, '.kube'));
  const { bin } = await installAsKrew(join(home, '.krew'), 'linux', 'amd64');
  assert.match(await readlink(join(bin, 'kubectl-compass')), /^\.\.\/store\/compass\/v/);
  await startHealthyCluster(t, home);
  const PATH = `${bin}:${process.env['PATH']}`;
  const kubectl: Kubectl = (config, ...args) =>
    run('kubectl', args, { PATH, HOME: home, KUBECONFIG: join(home, config), LANG: 'C.UTF-8' });
  await tryOut(t, kubectl);
  await t.test('the code of a run is kept, of a library as well, and used by the next', async () => {
    const folder = join(home, '.kube/cache/compass/code');
    const kept = async () => {
      const files = ['version', 'libraries/yargs.cjs'].map((name) => stat(join(folder, name)));
      return (await Promise.all(files)).map(({ ino, mtimeMs }) => [ino, mtimeMs]);
    };
    // a flag is read by a library
    const version = () => kubectl('config', 'compass', 'version', '--client');
    assert.equal((await version()).code, 0);
    const before = await kept();
    assert.equal((await version()).code, 0);
    assert.deepEqual(await kept(), before);
  });
  await t.test('what is set for Node in general is not for it', async () => {
    const env = { PATH, HOME: home, NODE_OPTIONS: '--no-such-option' };
    assert.match((await run('kubectl', ['compass', 'version', '--client'], env)).stdout, VERSION);
  });
});

test('linux/arm64, installed as krew does, runs through kubectl, emulated', { skip: NO_KUBECTL }, async (t) => {
  const missing = await missingTools(['qemu-aarch64-static', 'mmdebstrap']);
  if (missing.length > 0) return t.skip(`this machine has no ${missing.join(', ')}`);
  const home = await temporaryFolder(t);
  await mkdir(join(home, '.kube'));
  const { bin, store } = await installAsKrew(join(home, '.krew'), 'linux', 'arm64');
  // All that a bare Debian has for it to link against: libatomic.so.1 is to be the one beside it.
  const libraries = join(home, 'arm64');
  const bare = ['--variant=extract', '--architectures=arm64', '--include=libc6,libstdc++6'];
  await runTool('mmdebstrap', ['--quiet', ...bare, 'bookworm', libraries]);
  // In the place of a kernel that starts it by qemu, which takes root to set up.
  const emulated = `#!/bin/sh\nexec qemu-aarch64-static -L '${libraries}' '${store}/kubectl-compass' "$@"\n`;
  const shims = join(home, 'shims');
  await mkdir(shims);
  await writeFile(join(shims, 'kubectl-compass'), emulated, { mode: 0o755 });
  await startHealthyCluster(t, home);
  const PATH = `${shims}:${process.env['PATH']}`;
  await tryOut(t, (config, ...args) =>
    run('kubectl', args, { PATH, HOME: home, KUBECONFIG: join(home, config), LANG: 'C.UTF-8' }),
  );
  assert.ok((await lstat(join(bin, 'kubectl-compass'))).isSymbolicLink());
});

test('linux/amd64 runs on a bare Debian with kubectl and the archive alone', { skip }, async (t) => {
  const missing = await missingTools(['mmdebstrap', 'unshare', 'chroot']);
  if (missing.length > 0) return t.skip(`this machine has no ${missing.join(', ')}`);
  if (process.getuid?.() !== 0) return t.skip('only root may change its root folder');
  const root = join(await temporaryFolder(t), 'debian');
  await runTool('mmdebstrap', ['--quiet', '--variant=minbase', 'bookworm', root]);
  const found = await runTool('find', [root, '-name', 'libatomic.so*', '-o', '-name', 'node']);
  assert.equal(found, '');
  const kubectl = (await runTool('sh', ['-c', 'readlink -f "$(command -v kubectl)"'])).trim();
  await copyFile(kubectl, join(root, 'usr/bin/kubectl'));
  const home = '/home/somebody';
  await mkdir(join(root, home, '.kube'), { recursive: true });
  await installAsKrew(join(root, home, '.krew'), 'linux', 'amd64');
  await startHealthyCluster(t, join(root, home), home);
  const enter = ['--mount', '--pid', '--fork', '--kill-child', `--mount-proc=${root}/proc`, 'chroot', root];
  await tryOut(t, (config, ...args) =>
    run('unshare', [...enter, 'kubectl', ...args], {
      PATH: `${home}/.krew/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: home,
      KUBECONFIG: join(home, config),
      LANG: 'C.UTF-8',
    }),
  );
});

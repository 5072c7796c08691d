import assert from 'node:assert/strict';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { inClusterEndpoint } from '#common/cluster/in-cluster.ts';
import { chooseContext, kubeconfigEndpoint } from '#common/cluster/kubeconfig.ts';
import { readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { silentLog } from '#common/log.ts';
import { readFileUpTo, readFileUpToSync } from '#common/read-file.ts';
import { CompassWire } from '../../sidecar/compass-wire.ts';
import { readConfig } from '../../sidecar/config.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'compass-read-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

/** A file that takes no room and is read as zeros. */
async function huge(path: string, bytes: number): Promise<string> {
  await writeFile(path, '');
  await truncate(path, bytes);
  return path;
}

const MEBIBYTE = 1024 * 1024;

test('a file is read to the last byte that is allowed, and one without an end is not read for ever', async (t) => {
  const path = join(await folder(t), 'file');
  await writeFile(path, 'x'.repeat(200_000));
  for (const read of [
    readFileUpTo,
    (path: string, most: number) => Promise.resolve().then(() => readFileUpToSync(path, most)),
  ]) {
    assert.equal((await read(path, 200_000)).toString(), 'x'.repeat(200_000));
    await assert.rejects(read(path, 199_999), { code: 'EFBIG' });
    await assert.rejects(read('/dev/zero', MEBIBYTE), { code: 'EFBIG' });
    await assert.rejects(read(`${path}-not`, 1), { code: 'ENOENT' });
  }
});

test('a kubeconfig, and the files that it names, have an end', async (t) => {
  const here = await folder(t);
  const kubeconfig = await huge(join(here, 'config'), 33 * MEBIBYTE);
  await assert.rejects(readKubeconfig([kubeconfig]), { reason: 'InvalidSetting', message: /: EFBIG$/ });
  const large = await huge(join(here, 'token'), 5 * MEBIBYTE);
  for (const [user, cluster] of [
    [{ tokenFile: large }, {}],
    [{ 'client-certificate': large }, {}],
    [{}, { 'certificate-authority': large }],
  ]) {
    const file = {
      clusters: [{ name: 'c', cluster: { server: 'https://c', ...cluster } }],
      users: [{ name: 'u', user }],
    };
    const contexts = [{ name: 'x', context: { cluster: 'c', user: 'u' } }];
    await writeFile(kubeconfig, JSON.stringify({ ...file, contexts, 'current-context': 'x' }));
    const config = await readKubeconfig([kubeconfig]);
    const endpoint = config && kubeconfigEndpoint(chooseContext(config, undefined), { env: {}, clock: systemClock });
    await assert.rejects(Promise.resolve(endpoint?.credential()), {
      reason: 'ClusterUnauthorized',
      message: /: EFBIG$/,
    });
  }
});

test('the token of a service account and a bundle of roots have an end', async (t) => {
  const here = await folder(t);
  await writeFile(join(here, 'ca.crt'), '');
  await huge(join(here, 'token'), 5 * MEBIBYTE);
  const env = { KUBERNETES_SERVICE_HOST: 'localhost', KUBERNETES_SERVICE_PORT: '1' };
  const endpoint = await inClusterEndpoint({ env, clock: systemClock, folder: here });
  await assert.rejects(Promise.resolve(endpoint?.credential()), { reason: 'ClusterUnauthorized' });
  const { config } = readConfig({ APP_COMPASS_CA_BUNDLE: await huge(join(here, 'roots'), 9 * MEBIBYTE) });
  const stopping = new AbortController().signal;
  await assert.rejects(CompassWire.open({ config, clock: systemClock, log: silentLog, stopping }), {
    reason: 'InvalidSetting',
  });
});

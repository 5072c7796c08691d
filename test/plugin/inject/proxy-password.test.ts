import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEPLOYMENT, type KubeObject } from '#common/cluster/objects.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { recordsAt, valueAt } from '../../../plugin/inject/template.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere } from '../run-plugin.ts';
import { type Shop, startShop } from './shop.ts';

const LINE = ['inject', 'deployment/orders', '--workload-namespace', 'shop', '--no-wait'];
const PASSWORD = /canary/;

/** The installed sidecar, with this proxy. */
async function install({ cluster }: Shop, proxy: object): Promise<void> {
  const labels = SIDECAR_LABELS;
  const env = [{ name: 'HTTPS_PROXY', ...proxy }];
  const containers = [{ name: 'sidecar', image: 'compass-sidecar:0.1.0', env }];
  const metadata = { name: 'compass-sidecar', namespace: 'compass-system', labels };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } };
  await cluster.create(DEPLOYMENT, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec } as KubeObject);
}

async function startPasswordShop(t: Parameters<typeof startShop>[0], proxy: object) {
  const shop = await startShop(t);
  await install(shop, proxy);
  await shop.create('Deployment', 'orders');
  const sidecarVariables = async () => {
    const template = await shop.template('Deployment', 'orders');
    const containers = ['containers', 'initContainers'].flatMap((list) => recordsAt(template, ['spec', list]));
    return recordsAt(
      containers.find(({ name }) => name === 'compass-sidecar'),
      ['env'],
    );
  };
  return { ...shop, sidecarVariables, run: (...args: string[]) => runHere([...LINE, ...args], shop.env) };
}

for (const value of ['http://me:canary@proxy:3128', 'me:canary@proxy:3128', 'http://me:ca/canary@proxy:3128']) {
  test(`the password of the installed sidecar's proxy is not copied into a template (${value.length})`, async (t) => {
    const { run, rights, template, sidecarVariables } = await startPasswordShop(t, { value });
    for (const flags of [
      ['--proxy-port', '8888'],
      ['--proxy-port', '8888', '--dry-run=client'],
    ]) {
      const refused = await run(...flags);
      assertExit(refused, 'inject', 7);
      assert.match(refused.stderr, /HTTPS_PROXY of the installed sidecar holds a password, .*nothing was changed/);
      assert.match(refused.stderr, /next: .*--set-from-secret HTTPS_PROXY=SECRET\/KEY/);
      assert.doesNotMatch(refused.stderr + refused.stdout, PASSWORD);
    }
    assert.equal(valueAt(await template('Deployment', 'orders'), ['metadata', 'annotations']), undefined);
    assert.deepEqual(await rights(), []);

    const injected = await run('--proxy-port', '8888', '--set-from-secret', 'HTTPS_PROXY=compass-proxy/url');
    assertExit(injected, 'inject', 0);
    assert.doesNotMatch(JSON.stringify(await template('Deployment', 'orders')) + injected.stderr, PASSWORD);
    assert.deepEqual(
      (await sidecarVariables()).find(({ name }) => name === 'HTTPS_PROXY'),
      { name: 'HTTPS_PROXY', valueFrom: { secretKeyRef: { name: 'compass-proxy', key: 'url' } } },
    );
    const again = await run('--proxy-port', '8888', '--set-from-secret', 'HTTPS_PROXY=compass-proxy/url');
    assert.match(again.stdout, /orders unchanged/, again.stderr);
  });
}

test('a reader that does not call Compass needs no proxy, and one without a password is copied', async (t) => {
  const { run, sidecarVariables } = await startPasswordShop(t, { value: 'http://proxy:3128' });
  assertExit(await run(), 'inject', 0);
  assert.ok(!(await sidecarVariables()).some(({ name }) => name === 'HTTPS_PROXY'));
  assertExit(await run('--proxy-port', '8888'), 'inject', 0);
  assert.ok((await sidecarVariables()).some(({ value }) => value === 'http://proxy:3128'));
});

test('a proxy that the installed sidecar has from a Secret is named, since the other one does not have it', async (t) => {
  const { run } = await startPasswordShop(t, { valueFrom: { secretKeyRef: { name: 'proxy', key: 'url' } } });
  const { code, stderr } = await run('--proxy-port', '8888');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /the installed sidecar has HTTPS_PROXY from elsewhere, which this one has not/);
});

test('what is no variable from a Secret is refused without its words', async () => {
  for (const wrong of ['HTTPS_PROXY', 'HTTPS_PROXY=http://me:canary@proxy', 'A=Name/key', 'A=name', '=name/key']) {
    const { code, stderr } = await runHere(['inject', '-f', '-', '--set-from-secret', wrong]);
    assert.equal(code, 2, wrong);
    assert.match(stderr, /--set-from-secret must be KEY=SECRET\/KEY/);
    assert.doesNotMatch(stderr, PASSWORD);
  }
  const twice = ['--set', 'HTTPS_PROXY=http://proxy', '--set-from-secret', 'HTTPS_PROXY=proxy/url'];
  const { code, stderr } = await runHere(['inject', '-f', '-', ...twice]);
  assert.equal(code, 2);
  assert.match(stderr, /both say what HTTPS_PROXY is/);
});

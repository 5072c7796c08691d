import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import type { CheckDocument } from '../../plugin/check/document.ts';
import { CERTIFICATE_VERIFICATION_SCHEMA, CHECK_REPORT_SCHEMA } from '../../plugin/schemas/check-report.ts';
import { runPlugin } from '../plugin/run-plugin.ts';
import { startWorld, type World } from './world.ts';

/** A proxy that nobody listens at. */
const DEAD_PROXY = 'http://127.0.0.1:1';

async function runIn(world: World, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await runPlugin([...args, '-o', 'json'], {
    KUBECONFIG: world.cluster.kubeconfigPath,
    ...env,
  });
  assert.notEqual(stdout, '', stderr);
  const document = JSON.parse(stdout) as CheckDocument;
  const schema = args[0] === 'cert' ? CERTIFICATE_VERIFICATION_SCHEMA : CHECK_REPORT_SCHEMA;
  assert.deepEqual(document, conform(schema, document));
  assert.equal(document.verdict.exitCode, code);
  return document;
}

async function connected(t: TestContext) {
  const world = await startWorld(t);
  await world.configure();
  const sidecar = world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h' });
  await world.reaches('Synchronized');
  const ca = join(world.cluster.kubeconfigPath, '..', 'compass-ca.pem');
  await writeFile(ca, world.simulator.caPem);
  return { world, sidecar, ca };
}

const codes = ({ results }: CheckDocument) => [...new Set(results.flatMap(({ code }) => code ?? []))].toSorted();
const find = ({ results }: CheckDocument, from: string, category: string, name: string) =>
  results.find((one) => one.from === from && one.category === category && one.name === name);

test('check goes the same ways from here and from the cluster, and tells whose is broken', async (t) => {
  const { world, sidecar, ca } = await connected(t);
  const { simulator } = world;
  simulator.requests.clear();

  const good = await runIn(world, ['check', '--compass-ca', ca]);
  // The tests' sidecar has the rights of an administrator, and check says so.
  assert.deepEqual([good.verdict.exitCode, codes(good)], [0, ['CMP0123']]);
  assert.match(find(good, 'agent', 'connector', 'reach')?.facts?.['tlsVersion'] ?? '', /^TLSv1/);
  assert.equal(find(good, 'here', 'director', 'reach')?.facts?.['clientCertificate'], 'required');
  const report = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  const reported = readReport((await world.cluster.cluster.get<ConfigMap>(report)).data?.[REPORT_KEY]);
  const presented = find(good, 'agent', 'director', 'identity')?.facts?.['presented'];
  assert.equal(presented, reported?.identity?.fingerprints?.inUse);
  assert.deepEqual([...new Set(simulator.requests.list().flatMap(({ rootFields }) => rootFields))].toSorted(), [
    '__typename',
    'runtime',
  ]);
  assert.ok(simulator.requests.list().every(({ tokenHash }) => tokenHash === null));

  const untrusting = await runIn(world, ['check']);
  assert.deepEqual([untrusting.verdict.exitCode, untrusting.counts.localOnly], [1, 2]);
  assert.deepEqual([untrusting.conclusions[0]?.kind, untrusting.error?.code], ['here-only', 'CMP0502']);
  const proxied = await runIn(world, ['check', '--compass-ca', ca], { HTTPS_PROXY: DEAD_PROXY, NO_PROXY: '127.0.0.1' });
  assert.deepEqual([codes(proxied), proxied.counts.localOnly], [['CMP0123', 'CMP0501'], 2]);

  await sidecar.stop();
  world.start({ APP_CONTROLLER_SYNC_PERIOD: '1h', HTTPS_PROXY: DEAD_PROXY, NO_PROXY: '127.0.0.1' });
  const agentOnly = await runIn(world, ['check', '--compass-ca', ca]);
  assert.equal(agentOnly.verdict.exitCode, 1);
  assert.deepEqual([...new Set(agentOnly.conclusions.map(({ kind }) => kind))], ['agent-only']);
  assert.match(agentOnly.conclusions[0]?.text ?? '', /the agent's proxy 127\.0\.0\.1:1 is broken/);
});

test('cert verify --live shows the certificate to Compass, which refuses it once it is revoked', async (t) => {
  const { world } = await connected(t);
  const { simulator } = world;
  assert.equal((await runIn(world, ['cert', 'verify'])).verdict.exitCode, 0);
  const live = await runIn(world, ['cert', 'verify', '--live']);
  assert.deepEqual([live.verdict.exitCode, find(live, 'agent', 'director', 'identity')?.status], [0, 'ok']);
  assert.match(find(live, 'agent', 'connector', 'way')?.message ?? '', /ms, TLSv1\.\d, clock \d\.\ds off, no proxy$/);

  simulator.switches.dateSkewSeconds = 3_600;
  assert.deepEqual(codes(await runIn(world, ['cert', 'verify', '--live'])), ['CMP0511']);
  simulator.switches.dateSkewSeconds = 0;
  const throttled = simulator.faults.add({ target: 'director', status: 429 });
  assert.deepEqual((await runIn(world, ['cert', 'verify', '--live'])).verdict.exitCode, 5);
  simulator.faults.remove(throttled);
  simulator.revokeCertificates();
  const revoked = await runIn(world, ['cert', 'verify', '--live']);
  assert.deepEqual([revoked.verdict.exitCode, revoked.error?.reason], [6, 'Rejected']);
  const checked = await runIn(world, ['check', '--category', 'director']);
  assert.ok(codes(checked).includes('CMP0603'));
});

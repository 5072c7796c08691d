import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { jsonLog } from '#common/log.ts';
import { DETAILS_ANNOTATION, readDetails } from '#common/resources/connection-details.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import { readPair } from '../../../sidecar/connection/credential-store.ts';
import { detailsOf, PairDescription } from '../../../sidecar/connection/describe-pair.ts';
import type { Connection } from '../../../sidecar/connection/maintain.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { sampleSecret } from '../neighbours/sample-set.ts';
import { memoryContext } from './memory-context.ts';

/** A client Secret as the reference agent leaves it, and who describes it; `refused` is what the cluster says to that. */
async function start(t: TestContext) {
  const { cluster } = await startTestCluster(t);
  const { set, secret } = await sampleSecret();
  const { context: plain } = memoryContext();
  const where = plain.config.clientSecret;
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: where.namespace } });
  const { data } = secret;
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: where, data: data ?? {} });
  const state: { refused?: Error } = {};
  const mergePatch = async (...args: Parameters<Cluster['mergePatch']>) => {
    if (state.refused) throw state.refused;
    return cluster.mergePatch(...args);
  };
  const lines: string[] = [];
  const log = jsonLog((line) => lines.push(line), 'debug', Date.now);
  const { context, clock } = memoryContext({ cluster: { ...cluster, mergePatch } as Cluster, log });
  const connection: Connection = {
    credential: set.credential,
    urls: { connector: 'https://a.example.com/connector', director: 'https://a.example.com/director' },
    runtimeId: 'a-runtime',
    tenant: 'a-tenant',
    trustAnchorUrl: 'https://a.example.com',
  };
  const description = new PairDescription(context, () => 0);
  const ref = { kind: SECRET, ...where };
  /** As a pass does: what stands there is read, and then described. */
  const pass = async (to: Connection = connection) => {
    const pair = await readPair(cluster, context.config);
    await description.run(to, pair?.details);
    const { metadata } = await cluster.get<Secret>(ref);
    return { version: metadata.resourceVersion, details: metadata.annotations?.[DETAILS_ANNOTATION] };
  };
  return { cluster, ref, state, lines, clock, connection, pass };
}

test('a Secret of the reference agent is described once, and again where Compass is somewhere else', async (t) => {
  const { connection, pass, cluster, ref } = await start(t);
  const before = await cluster.get<Secret>(ref);
  const first = await pass();
  assert.deepEqual(readDetails(first.details ?? ''), {
    fingerprint: connection.credential.fingerprint,
    connectorUrl: connection.urls.connector,
    directorUrl: connection.urls.director,
    tenant: 'a-tenant',
    runtimeId: 'a-runtime',
  });
  const described = await cluster.get<Secret>(ref);
  assert.deepEqual(described.data, before.data, 'the layout of the agent stays');
  const ours = described.metadata.managedFields?.find(({ manager }) => manager === SIDECAR_FIELD_MANAGER);
  assert.ok(JSON.stringify(ours ?? {}).includes(DETAILS_ANNOTATION), 'nobody else takes it for theirs');
  assert.equal((await pass()).version, first.version, 'at rest nothing is written');
  const moved = { ...connection, urls: { ...connection.urls, director: 'https://b.example.com/director' } };
  const second = await pass(moved);
  assert.equal(second.details, detailsOf(moved));
  assert.equal((await pass(moved)).version, second.version);
});

test('a description that somebody takes away comes back at once, and is not written without end', async (t) => {
  const { pass, cluster, ref, clock } = await start(t);
  const take = () => cluster.mergePatch(ref, { metadata: { annotations: { [DETAILS_ANNOTATION]: null } } });
  await pass();
  await pass();
  await take();
  assert.ok((await pass()).details, 'once');
  // A webhook would take it away in the very write: no pass sees it there.
  await take();
  assert.equal((await pass()).details, undefined);
  clock.advance(5 * 60_000);
  assert.ok((await pass()).details);
});

test('where it may not be written that is said, and tried less and less often, and the connection goes on', async (t) => {
  const { pass, state, lines, clock } = await start(t);
  state.refused = new CompassError('ClusterForbidden', 'cannot patch secrets');
  await pass();
  await pass();
  assert.equal(lines.length, 1);
  assert.match(lines.join(''), /do not learn where Compass is.*cannot patch secrets/);
  clock.advance(500);
  await pass();
  assert.equal(lines.length, 2);
  delete state.refused;
  clock.advance(60_000);
  assert.ok((await pass()).details);
});

test('a defect is not taken for a refusal', async (t) => {
  const { state, pass } = await start(t);
  state.refused = new TypeError('a defect');
  await assert.rejects(pass(), state.refused);
});

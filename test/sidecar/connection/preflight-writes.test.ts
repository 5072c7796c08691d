import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { requirePairStorable, requireStorable } from '../../../sidecar/connection/preflight-writes.ts';
import type { StoredState } from '../../../sidecar/connection/state.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { memoryContext } from './memory-context.ts';

type Place = 'rights' | 'journal' | 'state' | 'pair' | 'roots';

const FORBIDDEN = new CompassError('ClusterForbidden', 'it may not', { status: 403 });
const NO_DRY_RUN = new CompassError('ClusterRefused', 'a webhook does not support dry run', { status: 400 });
const AWAY = new CompassError('ClusterUnreachable', 'no way');

/** A cluster in which these fail so; `denied` are the verbs on the journal that are not allowed. */
async function startWhere(
  t: TestContext,
  failing: Partial<Record<Place, CompassError>>,
  denied: readonly string[] = [],
) {
  const { cluster } = await startTestCluster(t);
  const parts = memoryContext().context;
  const { clientSecret, caSecret } = parts.config;
  for (const name of new Set([clientSecret.namespace, caSecret.namespace])) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const failAt = (place: Place): Promise<void> => {
    const error = failing[place];
    return error ? Promise.reject(error) : Promise.resolve();
  };
  const door: Cluster = {
    ...cluster,
    async post(...args: Parameters<Cluster['post']>) {
      await failAt('rights');
      const { verb, name } = (args[1] as { spec: { resourceAttributes: { verb: string; name: string } } }).spec
        .resourceAttributes;
      if (name === 'compass-connection-journal' && denied.includes(verb)) return { status: { allowed: false } };
      return cluster.post(...args);
    },
    async create(...args: Parameters<Cluster['create']>) {
      const { name } = args[1].metadata;
      if (name === clientSecret.name) await failAt('pair');
      if (name === caSecret.name) await failAt('roots');
      return cluster.create(...args);
    },
  } as Cluster;
  const journal = new DocumentStore({ ...memoryDocument<Journal>(), tryWrite: () => failAt('journal') });
  const state = new DocumentStore({ ...memoryDocument<StoredState>(), tryWrite: () => failAt('state') });
  const { context } = memoryContext({ cluster: door, journal, state });
  const stored = () => Promise.all([clientSecret, caSecret].map((where) => cluster.find({ kind: SECRET, ...where })));
  return { context, stored };
}

test('where everything can be written nothing is told, and nothing is stored', async (t) => {
  const { context, stored } = await startWhere(t, {});
  assert.deepEqual(await requireStorable(context), []);
  await requirePairStorable(context);
  assert.deepEqual(await stored(), [undefined, undefined]);
});

test('rights that are missing are named, and no others', async (t) => {
  const { context } = await startWhere(t, {}, ['update', 'delete']);
  await assert.rejects(requireStorable(context), {
    reason: 'StoreForbidden',
    message:
      'the sidecar may not update secrets/compass-connection-journal in compass-system, delete secrets/compass-connection-journal in compass-system; grant it that',
  });
});

for (const place of ['journal', 'state', 'pair'] as const) {
  test(`what keeps the ${place} from being written keeps the token, unless it is a dry run that nobody can do`, async (t) => {
    const forbidden = await startWhere(t, { [place]: FORBIDDEN });
    await assert.rejects(requireStorable(forbidden.context), { reason: 'StoreForbidden', message: 'it may not' });
    const away = await startWhere(t, { [place]: AWAY });
    await assert.rejects(requireStorable(away.context), AWAY);
    const unproven = await startWhere(t, { [place]: NO_DRY_RUN });
    const [warning, ...others] = await requireStorable(unproven.context);
    assert.deepEqual([warning?.type, others], ['NotProvable', []]);
    assert.match(warning?.message ?? '', /does not support dry run/);
    if (place === 'state') return requirePairStorable(forbidden.context);
    await assert.rejects(requirePairStorable(forbidden.context), { reason: 'StoreForbidden' });
    await requirePairStorable(unproven.context);
  });
}

test('a CA Secret that cannot be written is told, and keeps no token', async (t) => {
  const { context } = await startWhere(t, { roots: FORBIDDEN });
  const [warning, ...others] = await requireStorable(context);
  assert.deepEqual([warning?.type, others], ['CASecretForbidden', []]);
  assert.match(warning?.message ?? '', /it may not/);
  const refused =
    'cannot get secrets "roots" in namespace "mesh": secrets "roots" is forbidden: User "a" cannot get it';
  const without = await startWhere(t, { roots: new CompassError('ClusterForbidden', refused) });
  const [{ message } = { message: '' }] = await requireStorable(without.context);
  assert.match(message, /cannot get secrets "roots" in namespace "mesh", which only Istio needs; .*istioCa=true/);
  const away = await startWhere(t, { roots: AWAY });
  await assert.rejects(requireStorable(away.context), AWAY);
});

test('where nobody may ask for rights that is told, and writes are tried all the same', async (t) => {
  const { context } = await startWhere(t, { rights: FORBIDDEN });
  const [warning, ...others] = await requireStorable(context);
  assert.deepEqual([warning?.type, others], ['NotProvable', []]);
  assert.match(warning?.message ?? '', /rights cannot be asked for: it may not/);
  const away = await startWhere(t, { rights: AWAY });
  await assert.rejects(requireStorable(away.context), AWAY);
  const both = await startWhere(t, { rights: FORBIDDEN, pair: FORBIDDEN });
  await assert.rejects(requireStorable(both.context), { reason: 'StoreForbidden' });
});

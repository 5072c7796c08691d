import assert from 'node:assert/strict';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CLIENT } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { pairsWithTheSameToken, refusedBeforehand, refuseSecrets, stepOf } from './store-refused.ts';

const FORBIDDEN = { kind: 'status', code: 403, message: 'secrets is forbidden: an authorizer says no' } as const;
const SIDE_EFFECTS = 'admission webhook "effects.example.com" does not support dry run';

row('K6', 'a right that is missing is found before the token leaves, which pairs once it is granted', async (world) => {
  const grant = refuseSecrets(world, { verb: 'create', namespace: 'compass-system', user: 'admin' }, FORBIDDEN);
  world.here();
  await world.configure();
  await refusedBeforehand(world, /cannot create secrets "compass-connection-journal" in namespace "compass-system"/);
  assert.match(await stepOf(world, 'preflight', 'error'), /an authorizer says no/);
  grant();
  await pairsWithTheSameToken(world);
});

row('K6', 'a dry run that a webhook with side effects does not take is warned about, and pairs', async (world) => {
  const effect = { kind: 'status', code: 400, reason: 'BadRequest', message: SIDE_EFFECTS } as const;
  // The journal, the state, the client Secret: what is real comes after them.
  const done = refuseSecrets(world, { verb: 'create', namespace: 'compass-system', user: 'admin', times: 2 }, effect);
  world.here();
  await world.configure();
  await pairsWithTheSameToken(world);
  done();
  const { warnings = [] } = await world.report();
  assert.ok(warnings.some(({ type, message }) => type === 'NotProvable' && message.includes(SIDE_EFFECTS)));
});

row(
  'K7',
  'a namespace that is missing is named before the token leaves, and is enough when it is there',
  async (world) => {
    world.here();
    await world.configure();
    await refusedBeforehand(
      world,
      /cannot create secrets "client" in namespace "elsewhere": namespaces "elsewhere" not found/,
    );
    await world.cluster.cluster.create(NAMESPACE, {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'elsewhere' },
    });
    await pairsWithTheSameToken(world);
  },
  { env: { APP_CLUSTER_CERTIFICATES_SECRET: 'elsewhere/client' } },
);

row('K8', 'an immutable client Secret is found before the token leaves', async (world) => {
  const { cluster } = world.cluster;
  const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: CLIENT, immutable: true, data: {} };
  await cluster.create(SECRET, secret);
  world.here();
  await world.configure();
  await refusedBeforehand(world, /cannot patch secrets "cluster-client-certificates".*immutable/);
  await cluster.delete({ kind: SECRET, ...CLIENT });
  await pairsWithTheSameToken(world);
});

row('K8', 'a Secret of another type keeps its type and its keys, and serves', async (world) => {
  const tls = { 'tls.crt': '', 'tls.key': '' };
  const secret: Secret = { apiVersion: 'v1', kind: 'Secret', type: 'kubernetes.io/tls', metadata: CLIENT, data: tls };
  await world.cluster.cluster.create(SECRET, secret);
  world.here();
  await world.configure();
  await pairsWithTheSameToken(world);
  const stored = await world.cluster.cluster.get<Secret>({ kind: SECRET, ...CLIENT });
  assert.equal(stored.type, 'kubernetes.io/tls');
  assert.deepEqual(Object.keys(stored.data ?? {}).toSorted(), ['crt', 'crtChain', 'key', 'tls.crt', 'tls.key']);
});

row('K11', 'a webhook that denies is named before the token leaves', async (world) => {
  const effect = { kind: 'deny', webhook: 'secrets.example.com', message: 'no keys here' } as const;
  const done = refuseSecrets(world, { verb: 'create', namespace: 'compass-system', user: 'admin' }, effect);
  world.here();
  await world.configure();
  await refusedBeforehand(world, /admission webhook "secrets\.example\.com" denied the request: no keys here/);
  done();
  await pairsWithTheSameToken(world);
});

row(
  'K11',
  'a webhook that takes a key away is found before the token leaves; one that adds a label is let',
  async (world) => {
    const match = { verb: 'create', namespace: 'compass-system', user: 'admin' };
    const strips = { kind: 'mutate', patch: { data: { key: null } } } as const;
    const done = refuseSecrets(world, match, strips);
    world.here();
    await world.configure();
    await refusedBeforehand(world, /cluster-client-certificates: key did not come back as written; a webhook/);
    done();
    refuseSecrets(world, match, { kind: 'mutate', patch: { metadata: { labels: { team: 'a' } } } });
    await pairsWithTheSameToken(world);
    const stored = await world.cluster.cluster.get<Secret>({ kind: SECRET, ...CLIENT });
    assert.equal(stored.metadata.labels?.['team'], 'a');
  },
);

row('K12', 'a quota that is used up is found before the token leaves', async (world) => {
  const message =
    'secrets "a" is forbidden: exceeded quota: small, requested: secrets=1, used: secrets=3, limited: secrets=3';
  const quota = { kind: 'status', code: 403, message } as const;
  const done = refuseSecrets(world, { verb: 'create', namespace: 'compass-system', user: 'admin' }, quota);
  world.here();
  await world.configure();
  await refusedBeforehand(world, /exceeded quota: small/);
  done();
  await pairsWithTheSameToken(world);
});

row('K6', 'without the CA Secret, which only others read, it pairs and says so', async (world) => {
  refuseSecrets(world, { namespace: 'istio-system', user: 'admin' }, FORBIDDEN);
  world.here();
  await world.configure();
  await pairsWithTheSameToken(world);
  const { warnings = [] } = await world.report();
  assert.ok(warnings.some(({ type }) => type === 'CASecretForbidden'));
});

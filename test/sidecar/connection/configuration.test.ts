import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, NAMESPACE, SECRET } from '#common/cluster/objects.ts';
import { hashToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import { Sensitive } from '#common/sensitive.ts';
import { readConfiguration, readConfigurationOrFlaw } from '../../../sidecar/connection/configuration.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';

const NAMESPACE_NAME = 'compass-system';
const RUNTIME = '1ae04041-17e5-478f-91f8-3a2ddc7700de';
const TENANT = '2ae04041-17e5-478f-91f8-3a2ddc7700de';
const URL = 'https://connector.example/graphql';
const VALID = { CONNECTOR_URL: URL, RUNTIME_ID: RUNTIME, TENANT, TOKEN: 'a-token' };
const PACKED = Buffer.from(JSON.stringify({ token: 'packed', connectorURL: `${URL}/packed` })).toString('base64');

type Values = Readonly<Record<string, string | undefined>>;

const GOOD: readonly (readonly [what: string, values: Values, expected: object])[] = [
  ['all of it', {}, {}],
  ['white space around values', { RUNTIME_ID: ` ${RUNTIME}\n`, TENANT: ` ${TENANT} `, TOKEN: ' a-token\n' }, {}],
  ['a runtime id in upper case', { RUNTIME_ID: RUNTIME.toUpperCase() }, {}],
  ['no tenant', { TENANT: undefined }, { tenant: undefined }],
  ['an empty tenant', { TENANT: ' ' }, { tenant: undefined }],
  ['no token', { TOKEN: undefined }, { token: undefined }],
  ['an empty token', { TOKEN: '' }, { token: undefined }],
  ['values of 32 KiB', { OTHER: 'x'.repeat(32 * 1024) }, {}],
  [
    'a token that brings its URL',
    { TOKEN: PACKED, CONNECTOR_URL: undefined },
    { connectorUrl: `${URL}/packed`, token: 'packed' },
  ],
  ['a URL beside that of the token', { TOKEN: PACKED }, { token: 'packed' }],
];

const BAD: readonly (readonly [what: string, values: Values, why: RegExp])[] = [
  ['no URL', { CONNECTOR_URL: undefined }, /: CONNECTOR_URL is missing; correct it$/],
  ['neither URL nor token', { CONNECTOR_URL: undefined, TOKEN: undefined }, /: CONNECTOR_URL is missing;/],
  ['a URL that is none', { CONNECTOR_URL: 'a-token' }, /CONNECTOR_URL/],
  ['no runtime id', { RUNTIME_ID: ' ' }, /: RUNTIME_ID is missing;/],
  ['a runtime id that is no UUID', { RUNTIME_ID: 'a-token' }, /: RUNTIME_ID is not a UUID;/],
  ['a tenant of two words', { TENANT: 'two words' }, /: TENANT is not a tenant id:/],
  ['one id twice', { TENANT: RUNTIME.toUpperCase() }, /: RUNTIME_ID and TENANT are the same id/],
  ['a value of more than 32 KiB', { OTHER: 'x'.repeat(32 * 1024 + 1) }, /: OTHER is longer than 32768 characters;/],
];

test('the configuration is read from the Secret, or from the ConfigMap of its name', async (t) => {
  const { cluster } = await startTestCluster(t);
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE_NAME } });
  let count = 0;
  const store = async (values: Values, kind = SECRET) => {
    count += 1;
    const metadata = { namespace: NAMESPACE_NAME, name: `configuration-${count}` };
    const all = Object.entries({ ...VALID, ...values }).filter(([, value]) => value !== undefined);
    const field = kind === SECRET ? 'stringData' : 'data';
    await cluster.create(kind, { apiVersion: 'v1', kind: kind.kind, metadata, [field]: Object.fromEntries(all) });
    return metadata;
  };
  const expectedOf = (changes: object) => {
    const { token = undefined, ...rest } = { token: 'a-token' as string | undefined, connectorUrl: URL, ...changes };
    const value = token === undefined ? undefined : new Sensitive(token);
    return { runtimeId: RUNTIME, tenant: TENANT, ...rest, token: value && { value, hash: hashToken(value) } };
  };

  for (const [what, values, changes] of GOOD) {
    const read = await readConfiguration(cluster, await store(values));
    assert.deepEqual(
      { ...read, token: read.token?.value.reveal() },
      { ...expectedOf(changes), token: expectedOf(changes).token?.value.reveal() },
      what,
    );
    assert.equal(read.token?.hash, expectedOf(changes).token?.hash, what);
  }
  for (const [what, values, why] of BAD) {
    for (const [kind, place] of [
      [SECRET, 'secret'],
      [CONFIG_MAP, 'configmap'],
    ] as const) {
      const where = await store(values, kind);
      await assert.rejects(readConfiguration(cluster, where), (error: Error & { reason?: string }) => {
        assert.equal(error.reason, 'ConfigurationInvalid', what);
        assert.match(error.message, why);
        assert.ok(error.message.startsWith(`${place} ${NAMESPACE_NAME}/${where.name}: `), error.message);
        assert.doesNotMatch(error.message, /a-token/);
        return true;
      });
    }
  }
  const map = await readConfiguration(cluster, await store({}, CONFIG_MAP));
  assert.deepEqual([map.connectorUrl, map.token?.value.reveal()], [URL, 'a-token']);
  await assert.rejects(readConfiguration(cluster, { namespace: NAMESPACE_NAME, name: 'none' }), {
    reason: 'ConfigurationMissing',
    message: /no secret compass-system\/none, and no configmap/,
  });
});

test('what is wrong with a configuration is given in its place, and whatever else fails is thrown', async () => {
  const where = { namespace: NAMESPACE_NAME, name: 'configuration' };
  const failingBy = (error: Error) => ({ find: () => Promise.reject(error) }) as Partial<Cluster> as Cluster;
  for (const reason of ['ConfigurationMissing', 'ConfigurationInvalid', 'UntrustedUrl', 'ClusterForbidden'] as const) {
    const flaw = new CompassError(reason, 'no');
    assert.equal(await readConfigurationOrFlaw(failingBy(flaw), where), flaw);
  }
  for (const error of [new CompassError('ClusterUnreachable', 'no way there'), new TypeError('a bug')]) {
    await assert.rejects(readConfigurationOrFlaw(failingBy(error), where), error);
  }
  const data = Object.fromEntries(Object.entries(VALID).map(([key, value]) => [key, btoa(value)]));
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: where, data };
  const good = { find: () => Promise.resolve(secret) } as Partial<Cluster> as Cluster;
  assert.deepEqual(await readConfigurationOrFlaw(good, where), await readConfiguration(good, where));
});

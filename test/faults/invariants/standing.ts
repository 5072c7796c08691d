import assert from 'node:assert/strict';
import { CONFIG_MAP, EVENT, type Kind, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { type FaultWorld, FOREIGN } from '../world.ts';
import { decode } from './chronicle.ts';

/** I6: what is somebody else's is as it was. */
export async function checkForeign({ cluster: { cluster } }: FaultWorld): Promise<void> {
  const application = await cluster.get({ kind: APPLICATION, name: FOREIGN.application });
  const secret = await cluster.get<Secret>({ kind: SECRET, namespace: 'kyma-system', name: FOREIGN.secret });
  for (const { metadata } of [application, secret] as KubeObject[]) {
    assert.equal(metadata.generation ?? 1, 1, `I6: ${metadata.name} was changed`);
    assert.equal(metadata.annotations, undefined, `I6: ${metadata.name} was marked`);
  }
  assert.deepEqual(secret.data, { password: 'YS1jYW5hcnktb2Ytb3RoZXJz' }, 'I6: a Secret of somebody else was changed');
}

/** Short ones stand in other words by chance. */
const SHORTEST_SECRET = 8;

/** I8: nothing secret stands where others read. */
export async function checkSecrecy(world: FaultWorld): Promise<void> {
  const secrets = secretsOf(world);
  const texts = new Map([['the output', world.output()]]);
  for (const kind of [CONFIG_MAP, EVENT, COMPASS_CONNECTION, APPLICATION]) {
    texts.set(kind.kind, JSON.stringify(await listAll(world, kind)));
  }
  for (const [place, text] of texts) {
    for (const [secret, what] of secrets) assert.ok(!text.includes(secret), `I8: ${what} stands in ${place}`);
  }
}

/** Every value of every Secret that was ever seen, in lines, which is how keys would leak, and where it stands. */
function secretsOf({ witness }: FaultWorld): ReadonlyMap<string, string> {
  const found = witness.secrets.flatMap(({ object: { metadata, data = {} } }) =>
    Object.entries(data)
      .filter(([key]) => !isPublic(key))
      .flatMap(([key, value]) =>
        valuesOf(decode(value)).map((text) => [text, `${metadata.namespace}/${metadata.name} ${key}`] as const),
      ),
  );
  return new Map(found.filter(([text]) => text.length >= SHORTEST_SECRET));
}

/** What stands in Secrets and is none. */
function isPublic(key: string): boolean {
  return ['CONNECTOR_URL', 'RUNTIME_ID', 'TENANT', 'crt', 'crtChain', 'cacert', 'ca.crt', 'namespace'].includes(key);
}

/** Of a document of ours its secrets, of anything else each line. */
function valuesOf(text: string): string[] {
  if (!text.startsWith('{')) return text.split('\n').filter((line) => !line.startsWith('-----'));
  const { key, secondToken, fingerprintKey, superseded = [] } = JSON.parse(text) as Record<string, unknown>;
  const given = (superseded as readonly { readonly key: unknown }[]).map((pair) => pair.key);
  const own = [key, secondToken, fingerprintKey, ...given].filter((value) => typeof value === 'string');
  return own.flatMap((value) => value.split('\n').filter((line) => !line.startsWith('-----')));
}

async function listAll({ cluster: { cluster } }: FaultWorld, kind: Kind): Promise<KubeObject[]> {
  const items: KubeObject[] = [];
  for await (const page of cluster.listPages(kind)) items.push(...page.items);
  return items;
}

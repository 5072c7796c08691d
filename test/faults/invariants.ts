import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { CONFIG_MAP, EVENT, type Kind, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { CLIENT } from '../journeys/world.ts';
import { type FaultWorld, FOREIGN } from './world.ts';

/** The invariants of the fault matrix, as far as they can be seen from outside: checked after each row. */
export async function checkInvariants(world: FaultWorld): Promise<void> {
  checkDurableFirst(world);
  checkPairs(world);
  checkProvenFirst(world);
  checkTokens(world);
  checkDeletions(world);
  await checkForeign(world);
  await checkSecrecy(world);
  for (const { hasEnded, output } of world.sidecars) assert.ok(!hasEnded, `I10: it ended by itself\n${output()}`);
}

const decode = (base64 = '') => Buffer.from(base64, 'base64').toString();

const JOURNAL = 'compass-connection-journal';

function documentOf(secret: Secret): Readonly<Record<string, unknown>> {
  return JSON.parse(decode(secret.data?.['document']) || '{}') as Record<string, unknown>;
}

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

/** I1: a token that Compass saw stands, by its hash and with a key, in a journal that was durable. */
function checkDurableFirst({ simulator, witness }: FaultWorld): void {
  const journals = witness.secrets.filter(({ object }) => object.metadata.name === JOURNAL).map(({ object }) => object);
  const hashes = new Set(journals.map(documentOf).flatMap(({ key, tokenHash }) => (key ? [tokenHash] : [])));
  const second = new Set(journals.map(documentOf).map(({ secondToken }) => secondToken));
  const isSecond = (short: string) =>
    [...second].some((token) => typeof token === 'string' && hashOf(token).startsWith(short));
  for (const { tokenHash, target } of simulator.requests.list()) {
    if (tokenHash === null || target !== 'connector') continue;
    const isKept = [...hashes].some((hash) => String(hash).startsWith(tokenHash)) || isSecond(tokenHash);
    assert.ok(isKept, `I1: the token ${tokenHash}… left without a journal`);
  }
}

/** I3: whoever reads the client Secret finds key and certificate that belong together. */
function checkPairs(world: FaultWorld): void {
  for (const { crt, key } of clientVersions(world)) {
    const isPair = new X509Certificate(crt).checkPrivateKey(createPrivateKey(key));
    assert.ok(isPair, 'I3: key and certificate in the client Secret are no pair');
  }
}

function clientVersions({ witness, harm }: FaultWorld): { readonly crt: string; readonly key: string }[] {
  return witness.secrets
    .filter(({ type, object }) => type !== 'deleted' && isClient(object))
    .filter(({ object }) => !harm.has(object.metadata.resourceVersion ?? ''))
    .map(({ object }) => ({ crt: decode(object.data?.['crt']), key: decode(object.data?.['key']) }))
    .filter(({ crt, key }) => crt.includes('BEGIN CERTIFICATE') && key.includes('PRIVATE KEY'));
}

function isClient({ metadata: { namespace, name } }: Secret): boolean {
  return namespace === CLIENT.namespace && name === CLIENT.name;
}

/** I2: what takes the place of a pair that Compass accepted has been accepted itself. */
function checkProvenFirst(world: FaultWorld): void {
  const accepted = new Set(
    world.simulator.requests
      .list()
      .filter(({ target, outcome }) => target === 'director' && outcome === 'ok')
      .map(({ certificateFingerprint }) => certificateFingerprint),
  );
  const fingerprints = clientVersions(world).map(({ crt }) =>
    new X509Certificate(crt).fingerprint256.replaceAll(':', '').toLowerCase(),
  );
  const changes = fingerprints.filter((fingerprint, at) => fingerprint !== fingerprints[at - 1]);
  for (const [at, fingerprint] of changes.entries()) {
    const before = changes[at - 1];
    if (before === undefined || !accepted.has(before)) continue;
    assert.ok(accepted.has(fingerprint), 'I2: a pair that works was replaced by one that was never proven');
  }
}

/** I4: of the user's tokens one is spent for a pairing. */
function checkTokens({ simulator, witness }: FaultWorld): void {
  const spent = simulator.requests.list().filter(({ tokenConsumed, rootFields }) => {
    return tokenConsumed && rootFields.includes('configuration');
  });
  const journals = witness.secrets
    .filter(({ object }) => object.metadata.name === JOURNAL)
    .map(({ object }) => documentOf(object));
  const ofUsers = new Set(journals.flatMap(({ tokenHash }) => (typeof tokenHash === 'string' ? [tokenHash] : [])));
  for (const hash of ofUsers) {
    const times = spent.filter(({ tokenHash }) => tokenHash !== null && hash.startsWith(tokenHash)).length;
    assert.ok(times <= 1, `I4: one token was taken ${times} times`);
  }
}

/** I5: no Application went that the Director still has. */
function checkDeletions({ simulator, witness, harm }: FaultWorld): void {
  const listed = new Set(simulator.landscape.applications().map(({ id }) => id));
  for (const { type, object } of witness.applications) {
    if (type !== 'deleted' || harm.has(object.metadata.uid ?? '')) continue;
    const id = object.spec?.compassMetadata?.applicationId;
    const isBack = witness.applications.some(
      (seen) =>
        seen.type !== 'deleted' && seen.object !== object && seen.object.spec?.compassMetadata?.applicationId === id,
    );
    assert.ok(id !== undefined, `I6: ${object.metadata.name} was deleted, and is not ours`);
    assert.ok(!listed.has(id) || isBack, `I5: ${object.metadata.name} was deleted, and the Director has it`);
  }
}

/** I6: what is somebody else's is as it was. */
async function checkForeign({ cluster: { cluster } }: FaultWorld): Promise<void> {
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
async function checkSecrecy(world: FaultWorld): Promise<void> {
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { row } from '../row.ts';
import { buildCrashProgram } from './crash-program.ts';
import { type CrashWorld, startCrashWorld } from './crash-world.ts';
import { dieAt, goOn } from './die.ts';
import { landmarksOf } from './pairing-rows.ts';
import { after, readCommitted } from './points.ts';
import { SCENARIOS } from './scenarios.ts';

type Document = Readonly<Record<string, unknown>>;
type Version = (document: Document) => Document;

const JOURNAL = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-journal' };
const STATE = { kind: SECRET, namespace: 'compass-system', name: 'compass-connection-state' };

const { calls } = readCommitted().pairing;
const { journal, configured, issued } = landmarksOf(calls);
const PHASES = { prepared: journal, configured, issued };

/** Every field that the first version wrote and read; a program that reads it wants them all. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  prepared: ['version', 'purpose', 'startedAt', 'key', 'tokenHash', 'phase'],
  configured: [
    ...['version', 'purpose', 'startedAt', 'key', 'tokenHash', 'phase'],
    ...['secondToken', 'configuredAt', 'subject', 'urls'],
  ],
  issued: [...['version', 'purpose', 'startedAt', 'key', 'tokenHash', 'phase'], ...['urls', 'leaf', 'chain', 'ca']],
};

function asFirst(document: Document): Document {
  const fields = FIRST[String(document['phase'])];
  if (!fields) return document;
  assert.equal(document['version'], 1);
  for (const field of fields) assert.ok(document[field] !== undefined, `the first version wants ${field}`);
  return Object.fromEntries(Object.entries(document).filter(([field]) => fields.includes(field)));
}

const asLater: Version = (document) => ({ ...document, purposeOfLater: ['x'], attempts: { count: 3 }, holder: 7 });

const VERSIONS: Readonly<Record<string, Version>> = { 'an earlier': asFirst, 'a later': asLater };

async function rewrite({ world }: CrashWorld, ref: typeof JOURNAL, version: Version): Promise<void> {
  const { cluster } = world.cluster;
  const secret = await cluster.find<Secret>(ref);
  if (!secret) return;
  const text = Buffer.from(secret.data?.['document'] ?? '', 'base64').toString();
  const document = Buffer.from(JSON.stringify(version(JSON.parse(text) as Document))).toString('base64');
  await cluster.mergePatch(ref, { data: { document } }, { fieldManager: 'other-version' });
}

test('P25: a pairing goes on whichever version began it', async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  for (const [phase, call] of Object.entries(PHASES)) {
    for (const [version, write] of Object.entries(VERSIONS)) {
      await t.test(`P25: a journal in phase ${phase} of ${version} version is gone on with`, async () => {
        await dieAt(crash, SCENARIOS.pairing, after(calls[call] ?? ''), true);
        await rewrite(crash, JOURNAL, write);
        if (version === 'a later') await rewrite(crash, STATE, write);
        await goOn(crash, SCENARIOS.pairing, undefined);
      });
    }
  }
  await crash.stop();
});

const documentOf = (document: Document) => ({
  data: { document: Buffer.from(JSON.stringify(document)).toString('base64') },
});

for (const ref of [JOURNAL, STATE]) {
  row('P25', `a ${ref.name} that cannot be read is kept, and no token is spent beside it`, async (world) => {
    const { kind, ...metadata } = ref;
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, ...documentOf({ version: 2, precious: true }) };
    await world.cluster.cluster.create(kind, secret as Secret);
    await world.configure();
    world.here();
    await world.says(/it is of version 2, which this program cannot read/);
    assert.deepEqual(JSON.parse((await world.secret(ref.namespace, ref.name))?.['document'] ?? ''), {
      version: 2,
      precious: true,
    });
    assert.equal(world.count('connector', 'configuration'), 0);
    await world.cluster.cluster.delete(ref);
    await world.reaches('Synchronized');
  });
}

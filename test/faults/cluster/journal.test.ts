import assert from 'node:assert/strict';
import type { FaultEffect } from '../../kube-api/faults.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

const JOURNAL = { namespace: 'compass-system', name: 'compass-connection-journal' };

/** The phases that the journal was seen in, each once, in their order. */
function phases({ witness }: FaultWorld): unknown[] {
  const documents = witness.secrets
    .filter(({ type, object }) => type !== 'deleted' && object.metadata.name === JOURNAL.name)
    .map(({ object }) => Buffer.from(object.data?.['document'] ?? '', 'base64').toString());
  return [...new Set(documents.map((text) => (JSON.parse(text) as { phase: unknown }).phase))];
}

/** Updates of the journal fail `times` times, after the first `skip`. */
function failUpdates(world: FaultWorld, skip: number, times: number, effect: FaultEffect): void {
  const { embedded } = world.cluster;
  assert.ok(embedded);
  embedded.faults.add({ verb: 'update', resource: 'secrets', ...JOURNAL, user: 'admin', skip, times, effect });
}

/** The first update of the journal stores the second token, the next one the new pair. */
const MOMENTS = [
  ['K2', 'after configuration', 0],
  ['K3', 'after signing', 1],
] as const;

const FAULTS: readonly (readonly [string, FaultEffect])[] = [
  ['cannot be reached', { kind: 'cut', when: 'before' }],
  ['stores, and its answer is lost,', { kind: 'cut', when: 'after' }],
  ['is not available', { kind: 'status', code: 503 }],
  ['forbids', { kind: 'status', code: 403 }],
];

for (const [id, moment, skip] of MOMENTS) {
  for (const [what, effect] of FAULTS) {
    row(id, `an API server that ${what} ${moment} costs no token, and nothing is asked for twice`, async (world) => {
      failUpdates(world, skip, 3, effect);
      world.here();
      await world.configure();
      await world.reaches('Synchronized');
      assert.match(
        world.output(),
        /what a token was spent for could not be stored; it is kept in memory and tried again/,
      );
      assert.equal(world.count('connector', 'configuration'), 1);
      assert.equal(world.count('connector', 'signCertificateSigningRequest'), 1);
      assert.deepEqual(phases(world), ['prepared', 'configured', 'issued']);
      assert.equal(world.simulator.certificates.list().length, 1);
    });
  }
}

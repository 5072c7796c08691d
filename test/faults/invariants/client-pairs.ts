import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Secret } from '#common/cluster/objects.ts';
import { CLIENT } from '../../journeys/world.ts';
import type { Sighting } from '../witness.ts';
import { type Chronicle, decode, inForce, journalAt, revisionOf } from './chronicle.ts';

/** A version of the client Secret that holds a pair. */
interface ClientPair {
  readonly revision: number;
  readonly crt: string;
  readonly key: string;
  readonly fingerprint: string;
}

/** As the simulator's log has it. */
export function fingerprintOf(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}

function isClient({ metadata: { namespace, name } }: Secret): boolean {
  return namespace === CLIENT.namespace && name === CLIENT.name;
}

function pairOf(seen: Sighting<Secret>): ClientPair | undefined {
  const [crt, key] = ['crt', 'key'].map((name) => decode(seen.object.data?.[name])) as [string, string];
  if (!(crt.includes('BEGIN CERTIFICATE') && key.includes('PRIVATE KEY'))) return undefined;
  return { revision: revisionOf(seen), crt, key, fingerprint: fingerprintOf(crt) };
}

/** Every pair that stood in the client Secret, but for what the test wrote there. */
function clientPairs({ secrets, harm }: Chronicle): readonly ClientPair[] {
  return secrets
    .filter(({ type, object }) => type !== 'deleted' && isClient(object))
    .filter(({ object }) => !harm.has(object.metadata.resourceVersion ?? ''))
    .map(pairOf)
    .filter((pair) => pair !== undefined);
}

/** The certificate in the client Secret at a version. */
export function clientCertificateAt({ secrets }: Chronicle, revision: number): X509Certificate | undefined {
  const crt = decode(inForce(secrets, revision, isClient)[0]?.data?.['crt']);
  return crt.includes('BEGIN CERTIFICATE') ? new X509Certificate(crt) : undefined;
}

/** I3: whoever reads the client Secret finds key and certificate that belong together. */
export function checkPairs(chronicle: Chronicle): void {
  for (const { crt, key, revision } of clientPairs(chronicle)) {
    if (revision <= chronicle.since) continue;
    const isPair = new X509Certificate(crt).checkPrivateKey(createPrivateKey(key));
    assert.ok(isPair, 'I3: key and certificate in the client Secret are no pair');
  }
}

/**
 * I2: what takes the place of a pair that Compass accepts stood in the journal, and the Director had answered it before.
 * An answer about the tenant, the scopes or the Runtime proves it too: it comes after authentication.
 */
export function checkProvenFirst(chronicle: Chronicle): void {
  const pairs = clientPairs(chronicle);
  for (const [at, { fingerprint, revision }] of pairs.entries()) {
    const before = pairs[at - 1];
    if (revision <= chronicle.since || !before || before.fingerprint === fingerprint) continue;
    if (!isAccepted(chronicle, before.fingerprint, revision)) continue;
    const isProven = isAccepted(chronicle, fingerprint, revision, 'director');
    assert.ok(isProven, 'I2: a pair that works was replaced by one that was not proven before');
    if (pairs.slice(0, at).some((earlier) => earlier.fingerprint === fingerprint)) continue;
    const leaf = journalAt(chronicle, revision - 1)?.['leaf'];
    const isKept = typeof leaf === 'string' && fingerprintOf(leaf) === fingerprint;
    assert.ok(isKept, 'I2: a pair that works was replaced by one that did not wait in the journal');
  }
}

const UNAUTHENTICATED = /authenticat|unauthorized/i;

/** Whether Compass had answered a request with the certificate, as one that it knows, before a version was written. */
function isAccepted({ requests }: Chronicle, fingerprint: string, revision: number, target?: string): boolean {
  return requests.some(({ request, ended }) => {
    if (request.certificateFingerprint !== fingerprint || !ended || ended.revision >= revision) return false;
    if (target !== undefined && request.target !== target) return false;
    const isKnown = request.outcome === 'errors' && !request.errors.some((text) => UNAUTHENTICATED.test(text));
    return request.outcome === 'ok' || (isKnown && request.target === 'director');
  });
}

import assert from 'node:assert/strict';
import { CLIENT } from '../../journeys/world.ts';
import type { RecordedRequest } from '../../kube-api/recorder.ts';
import { type Chronicle, type CompassRequest, isOfSidecar, isToken, journalAt, revisionOf } from './chronicle.ts';
import { clientCertificateAt, fingerprintOf } from './client-pairs.ts';

/** The embedded API server forgets older ones. */
const CALLS_KEPT = 10_000;

/** The requests that took a token of the user's; the second ones are Compass's own. */
function takings(chronicle: Chronicle): readonly (CompassRequest & { readonly token: string })[] {
  return chronicle.requests.flatMap((one) => {
    const { tokenConsumed, tokenHash, rootFields } = one.request;
    if (!tokenConsumed || tokenHash === null || !rootFields.includes('configuration')) return [];
    const isSecond = isToken(journalAt(chronicle, one.begun.revision)?.['secondToken'], tokenHash);
    return isSecond ? [] : [{ ...one, token: tokenHash }];
  });
}

/**
 * I4: of the user's tokens one is spent for a pairing, which is one key in the journal; none while the credentials work and
 * nobody asked for others; none before it was tried whether what it gives could be stored.
 */
export function checkTokens(chronicle: Chronicle): void {
  const byKey = new Map<unknown, Set<string>>();
  let before = { revision: chronicle.since, atMs: 0 };
  for (const taking of takings(chronicle)) {
    const { token, begun } = taking;
    const key = journalAt(chronicle, begun.revision)?.['key'];
    const tokens = (byKey.get(key) ?? new Set()).add(token);
    byKey.set(key, tokens);
    assert.ok(tokens.size === 1, `I4: one pairing took ${tokens.size} tokens`);
    assert.ok(
      !works(chronicle, taking) || wasAskedFor(chronicle, before.revision, begun.revision),
      `I4: a token was spent for credentials that work`,
    );
    const isThen = ({ at }: RecordedRequest) => Date.parse(at) >= before.atMs && Date.parse(at) <= begun.atMs;
    const isTried = chronicle.calls.some((call) => triesToStore(call) && isThen(call));
    const isForgotten = chronicle.calls.length >= CALLS_KEPT && Date.parse(chronicle.calls[0]?.at ?? '') > begun.atMs;
    assert.ok(
      isTried || isForgotten,
      `I4: the token ${token}… was spent before it was tried whether the pair can be stored`,
    );
    before = begun;
  }
}

/** Whether Compass accepted the credentials in the cluster when it was last asked; a refusal in the handshake is no answer. */
function works(chronicle: Chronicle, { begun }: CompassRequest): boolean {
  const certificate = clientCertificateAt(chronicle, begun.revision);
  if (!certificate || certificate.validToDate.getTime() <= begun.atMs) return false;
  const fingerprint = fingerprintOf(certificate.toString());
  if ((chronicle.revokedAtMs(fingerprint) ?? Number.POSITIVE_INFINITY) <= begun.atMs) return false;
  const last = chronicle.requests.findLast(
    ({ request, ended }) => request.certificateFingerprint === fingerprint && ended && ended.atMs <= begun.atMs,
  );
  return last?.request.outcome === 'ok';
}

/** The CompassConnection was deleted, or a new pairing was requested, since the last one. */
function wasAskedFor({ connections }: Chronicle, from: number, to: number): boolean {
  return connections.some((seen) => {
    const isMeant =
      seen.type === 'deleted' || JSON.stringify(seen.object.metadata.annotations ?? {}).includes('reconnect');
    return isMeant && revisionOf(seen) >= from && revisionOf(seen) <= to;
  });
}

/** A dry run of the client Secret, whatever came of it. */
function triesToStore(call: RecordedRequest): boolean {
  const folder = `/api/v1/namespaces/${CLIENT.namespace}/secrets`;
  const isMeant = call.path === `${folder}/${CLIENT.name}` || (call.path === folder && call.method === 'POST');
  return isOfSidecar(call) && isMeant && call.method !== 'GET' && call.query['dryRun'] === 'All';
}

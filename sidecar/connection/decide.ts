/** What is known about the credential and the token when a pass begins. */
export interface PairingFacts {
  /** The stored credential is whole, in its dates, and was not refused by Compass. */
  readonly credentialWorks: boolean;
  /** The configuration holds a token that can still give something. */
  readonly hasUnusedToken: boolean;
  /** A pairing is in the journal, beyond the point where it needs the user's token. */
  readonly isUnderWay: boolean;
  /** The new pair of a pairing is in the journal already: only its proof and its swap are missing. */
  readonly hasNewPair: boolean;
  /** Somebody asked for a new pairing: deleted the CompassConnection, or requested a reconnect. */
  readonly isAskedFor: boolean;
}

/**
 * `pair` (or go on pairing), `keep` the credential, or a token is required: to have a connection at all
 * (`connect-needs-token`), or for the new pairing that was asked for while the old credential serves (`reconnect-needs-token`).
 */
export type PairingDecision = 'pair' | 'keep' | 'connect-needs-token' | 'reconnect-needs-token';

/** Credentials that work are used, whatever the status says; a token is spent only where that was asked for or nothing else is left. */
export function decidePairing(facts: PairingFacts): PairingDecision {
  if (facts.hasNewPair) return 'pair';
  const canPair = facts.hasUnusedToken || facts.isUnderWay;
  if (facts.credentialWorks && !facts.isAskedFor) return 'keep';
  if (canPair) return 'pair';
  return facts.credentialWorks ? 'reconnect-needs-token' : 'connect-needs-token';
}

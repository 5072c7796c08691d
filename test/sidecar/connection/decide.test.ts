import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decidePairing, type PairingFacts } from '../../../sidecar/connection/decide.ts';

const NOTHING: PairingFacts = {
  credentialWorks: false,
  hasUnusedToken: false,
  isUnderWay: false,
  hasNewPair: false,
  isAskedFor: false,
};

const cases: readonly (readonly [title: string, facts: Partial<PairingFacts>, expected: string])[] = [
  [
    'a working credential is kept although an unused token lies there',
    { credentialWorks: true, hasUnusedToken: true },
    'keep',
  ],
  ['a working credential is kept', { credentialWorks: true }, 'keep'],
  ['an unused token pairs a cluster without a credential', { hasUnusedToken: true }, 'pair'],
  ['a pairing under way goes on without the token of the configuration', { isUnderWay: true }, 'pair'],
  ['nothing at all needs a token', {}, 'connect-needs-token'],
  [
    'asking for a new pairing spends an unused token',
    { credentialWorks: true, isAskedFor: true, hasUnusedToken: true },
    'pair',
  ],
  [
    'asking for one with a used token keeps the credential',
    { credentialWorks: true, isAskedFor: true },
    'reconnect-needs-token',
  ],
  ['a new pair in the journal is put in, whatever else holds', { credentialWorks: true, hasNewPair: true }, 'pair'],
];

for (const [title, facts, expected] of cases) {
  test(title, () => {
    assert.equal(decidePairing({ ...NOTHING, ...facts }), expected);
  });
}

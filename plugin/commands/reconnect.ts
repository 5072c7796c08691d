import type { Command, Invocation } from '../command.ts';
import { PAIRING_FLAGS } from '../connect/flags.ts';
import { pairingResult, RECONNECT_DOCUMENT_KIND } from '../connect/view.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass reconnect`: a new pairing, while the present certificate serves. */
export const reconnect: Command = {
  details: `Pairs anew, and waits until the new certificate is in use. Until then, and if it fails, the present one serves on.
Applications and Secrets stay as they are.

With a new one-time token: it goes into the configuration Secret, whose other keys are kept, and the sidecar is asked to
pair with it. Without one: the CompassConnection is deleted, as the documents of Compass say, so that the sidecar pairs with
the unused token in the Secret; where there is none, nothing is deleted.`,
  exits: {
    0: 'the new certificate is in use',
    1: 'another request took the place of this one',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'there is no unused token, this needs a yes, or the sidecar refuses the request',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: PAIRING_FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: RECONNECT_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass reconnect --token-stdin < token.txt', does: 'With a new token' },
    { command: 'kubectl compass reconnect --yes', does: 'With the unused token that the Secret holds already' },
  ],
  run: runReconnect,
};

async function runReconnect(invocation: Invocation): Promise<number> {
  const { reconnect: reconnectToCompass } = await import('../connect/reconnect.ts');
  const outcome = await reconnectToCompass(invocation);
  const now = invocation.clock.now();
  await invocation.print(pairingResult(outcome, { kind: RECONNECT_DOCUMENT_KIND, did: 'reconnected', now }));
  return 0;
}

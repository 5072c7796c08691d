import { CERTIFICATE_COMPARISON_KIND } from '../cert/kinds.ts';
import type { Command } from '../command.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass cert show`: what the CompassConnection says, the Secret has, and the sidecar presents. */
export const certShow: Command = {
  details: `Puts side by side what the status of the CompassConnection says of the client certificate, what the Secret holds,
and what the sidecar presents to Compass, as it reports it. The Secret is read for its certificates; its key is never
shown. What may not be read says so.`,
  exits: { 0: 'shown', 1: 'the three differ', 3: undefined, 4: undefined },
  flags: [
    { name: 'chain', kind: 'switch', summary: 'each certificate of the chain' },
    { name: 'ca', kind: 'switch', summary: 'the CA that the cluster trusts, from its own Secret' },
    { name: 'pem', kind: 'switch', summary: 'the certificates themselves, as -o pem' },
  ],
  formats: ['default', 'pem', ...DOCUMENT_FORMATS],
  documentKind: CERTIFICATE_COMPARISON_KIND,
  examples: [
    { command: 'kubectl compass cert show', does: 'Whether status, Secret and wire have the same certificate' },
    { command: 'kubectl compass cert show --chain -o pem', does: 'The chain, to look at it with openssl' },
    { command: 'kubectl compass cert inspect --ca -o json', does: 'With the CA, for a script' },
  ],
  run: async (invocation) => (await import('../cert/show-command.ts')).showCertificate(invocation),
};

import type { Command, Invocation } from '../command.ts';
import { PAIRING_FLAGS } from '../connect/flags.ts';
import { CONNECT_DOCUMENT_KIND, pairingResult } from '../connect/view.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass connect`: the configuration Secret written, and the sidecar watched while it pairs. */
export const connect: Command = {
  details: `Takes a one-time token in any form that Compass shows it in (bare, encoded, or a URL), checks whatever can be
checked without it, and writes the configuration Secret; the sidecar in the cluster then pairs with Compass. What the token
does not say itself comes from the flags, or from the Secret as it is.

INVITE is such a token on the command line, where the shell remembers it: --token-stdin and --token-file are better. On a
terminal --token-stdin asks for it, and does not show it. With --dry-run nothing is written, and no token is spent.`,
  exits: {
    0: 'connected, and the first synchronization has ended',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'it is connected already, or something is in the way of the configuration Secret',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: PAIRING_FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: CONNECT_DOCUMENT_KIND,
  examples: [
    {
      command: 'kubectl compass connect --token-stdin --runtime-id 1ae04041-17e5-478f-91f8-3a2ddc7700de < token.txt',
      does: 'With what Compass shows, in a file',
    },
    {
      command: 'kubectl compass connect --token-file token.txt --dry-run=server',
      does: 'Whether it would work, without spending the token',
    },
  ],
  run: runConnect,
};

async function runConnect(invocation: Invocation): Promise<number> {
  const { connect: connectToCompass } = await import('../connect/connect.ts');
  const outcome = await connectToCompass(invocation);
  const now = invocation.clock.now();
  await invocation.print(pairingResult(outcome, { kind: CONNECT_DOCUMENT_KIND, did: 'connected', now }));
  return 0;
}

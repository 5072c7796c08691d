import { CA_FLAG, CERT_FLAG, CHAIN_FLAG, KEY_FLAG, OUT_FLAG } from '../cert/files/paths.ts';
import { ALLOWED_HOST_FLAG, KEY_SIZE_FLAG } from '../cert/files/settings.ts';
import { CERTIFICATE_FILES_KIND } from '../cert/kinds.ts';
import type { Command } from '../command.ts';
import { TOKEN_FLAGS } from '../compass/one-time-token.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { LOCAL_DRY_RUN_FLAG } from '../dry-run.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass cert issue`: a client certificate for an Application outside the cluster. */
export const certIssue: Command = {
  details: `Takes a one-time token and leaves a private key, a signed client certificate with its chain, the CA and the URLs of
Compass, all in files. No cluster is needed. Whatever can be checked is checked before the token leaves, and the key is
on the disk by then; if it is interrupted after that, --resume goes on with what the token gave.

The token may be a bare one (with --connector-url), the encoded form, or a URL with ?token=.`,
  exits: {
    0: 'issued; with --dry-run: the token would be used now',
    5: undefined,
    6: undefined,
    7: 'files are there already, and --force was not given',
    130: undefined,
    143: undefined,
  },
  flags: [
    ...TOKEN_FLAGS,
    OUT_FLAG,
    CERT_FLAG,
    KEY_FLAG,
    CHAIN_FLAG,
    CA_FLAG,
    KEY_SIZE_FLAG,
    { name: 'resume', kind: 'switch', summary: 'go on with an issue that did not finish; takes no token' },
    { name: 'force', kind: 'switch', summary: 'replace files that are there' },
    ALLOWED_HOST_FLAG,
    COMPASS_CA_FLAG,
    LOCAL_DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: CERTIFICATE_FILES_KIND,
  examples: [
    {
      command: 'kubectl compass cert issue --token-stdin --out my-app < token.txt',
      does: 'A key and a certificate in my-app/, from a token that names its Connector',
    },
    {
      command: 'kubectl compass cert issue --token-file t.txt --cert app.crt --key app.key',
      does: 'The same into files of your choice',
    },
    { command: 'kubectl compass cert issue --resume --out my-app', does: 'Go on where the network failed' },
  ],
  run: async (invocation) => (await import('../cert/files/issue-command.ts')).issueCertificate(invocation),
};

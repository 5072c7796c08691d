import { CERT_FLAG, CHAIN_FLAG, KEY_FLAG } from '../cert/files/paths.ts';
import { CERTIFICATE_REVOCATION_KIND } from '../cert/kinds.ts';
import { isAboutFiles } from '../cert/target.ts';
import type { Command } from '../command.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

/** `kubectl compass cert revoke`: the cluster's certificate by its sidecar, or one in files from here. */
export const certRevoke: Command = {
  details: `Has the sidecar revoke the certificate of this cluster. A connection without a certificate is none: the cluster is
disconnected until it gets a new one-time token, and its Applications stay as they are. It is asked for first.

With --cert and --key, a certificate in files is revoked, without a cluster; the files stay. A Compass of today refuses a
revoked certificate at once, an older one until it expires only its renewal.`,
  exits: {
    0: 'revoked, or asked for with --no-wait',
    1: 'another request took the place of this one',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'nobody said yes, or the sidecar refuses the request',
    124: undefined,
    130: 'interrupted by Ctrl-C; what was asked for goes on',
    143: undefined,
  },
  flags: [
    YES_FLAG,
    WAIT_FLAG,
    timeoutFlag('2m'),
    CERT_FLAG,
    KEY_FLAG,
    CHAIN_FLAG,
    {
      name: 'connector-url',
      kind: 'text',
      value: 'URL',
      summary: 'the certificate-secured Connector, where connection.json does not say it',
    },
    COMPASS_CA_FLAG,
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: CERTIFICATE_REVOCATION_KIND,
  examples: [
    { command: 'kubectl compass cert revoke', does: 'Asks, then revokes and disconnects this cluster' },
    {
      command: 'kubectl compass cert revoke --cert app.crt --key app.key --yes',
      does: 'One in files, without asking',
    },
  ],
  run: async (invocation) => {
    if (!isAboutFiles(invocation)) return (await import('../cert/revoke-command.ts')).revokeInCluster(invocation);
    return (await import('../cert/files/revoke-command.ts')).revokeInFiles(invocation);
  },
};

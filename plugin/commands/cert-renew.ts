import { CA_FLAG, CERT_FLAG, CHAIN_FLAG, KEY_FLAG } from '../cert/files/paths.ts';
import { ALLOWED_HOST_FLAG, KEY_SIZE_FLAG } from '../cert/files/settings.ts';
import { CERTIFICATE_RENEWAL_KIND } from '../cert/kinds.ts';
import { isAboutFiles } from '../cert/target.ts';
import type { Command } from '../command.ts';
import { COMPASS_CA_FLAG } from '../compass/transport.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

/** `kubectl compass cert renew`: the cluster's certificate by its sidecar, or one in files from here. */
export const certRenew: Command = {
  details: `Has the sidecar renew the certificate of this cluster now, always with a new key, and waits until the new one is what
it presents to Compass. The old one serves until the new one has been proven.

With --cert and --key, a certificate in files is renewed by itself, without a cluster: new key and certificate are proven
and then take the place of the old ones.`,
  exits: {
    0: 'renewed, or asked for with --no-wait',
    1: 'another request took the place of this one',
    3: undefined,
    4: undefined,
    5: undefined,
    6: undefined,
    7: 'the sidecar refuses the request',
    9: 'no renewal is due (with --detailed-exitcode only)',
    124: undefined,
    130: 'interrupted by Ctrl-C; what was asked for goes on',
    143: undefined,
  },
  flags: [
    WAIT_FLAG,
    timeoutFlag('2m'),
    { name: 'detailed-exitcode', kind: 'switch', summary: 'do nothing, and exit with 9, where no renewal is due' },
    { name: 'force', kind: 'switch', summary: 'renew although it is not due, also with --detailed-exitcode' },
    CERT_FLAG,
    KEY_FLAG,
    CHAIN_FLAG,
    CA_FLAG,
    {
      name: 'connector-url',
      kind: 'text',
      value: 'URL',
      summary: 'the certificate-secured Connector, where connection.json does not say it',
    },
    KEY_SIZE_FLAG,
    ALLOWED_HOST_FLAG,
    COMPASS_CA_FLAG,
    DRY_RUN_FLAG,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: CERTIFICATE_RENEWAL_KIND,
  examples: [
    { command: 'kubectl compass cert renew', does: 'A new certificate for this cluster, now' },
    {
      command: 'kubectl compass cert renew --cert app.crt --key app.key',
      does: 'One in files, from wherever they are',
    },
    { command: 'kubectl compass cert renew --detailed-exitcode', does: 'Only where it is due, for a cron job' },
  ],
  run: async (invocation) => {
    if (!isAboutFiles(invocation)) return (await import('../cert/renew-command.ts')).renewInCluster(invocation);
    return (await import('../cert/files/renew-command.ts')).renewInFiles(invocation);
  },
};

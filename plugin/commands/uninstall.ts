import type { Command, Invocation } from '../command.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { UNINSTALL_FLAGS } from '../uninstall/options.ts';
import { UNINSTALL_DOCUMENT_KIND, uninstallView } from '../uninstall/view.ts';

/** `kubectl compass uninstall`: takes the sidecar out of a cluster. */
export const uninstall: Command = {
  details: `Stops the sidecar, waits for its end, and removes what belongs to it; also what is left of an uninstallation that was
interrupted. The Applications, the credentials and the definitions stay, so that an installation goes on with them, unless the
flags say otherwise, and so does what somebody else made. With --revoke the sidecar has Compass refuse its certificate first,
and where that fails nothing is removed. On a terminal it asks; elsewhere --yes is needed.`,
  exits: {
    0: 'uninstalled, or nothing to remove',
    4: undefined,
    5: 'the certificate could not be revoked, and nothing was removed',
    6: 'Compass refused to revoke the certificate, and nothing was removed',
    7: 'not confirmed, the Deployment is of somebody else, or there is no sidecar that could revoke',
    124: 'the sidecar has not stopped, or not answered',
    130: undefined,
    143: undefined,
  },
  flags: UNINSTALL_FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: UNINSTALL_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass uninstall --dry-run', does: 'See what would go, and what stays' },
    { command: 'kubectl compass uninstall', does: 'Remove the sidecar, and keep Applications and credentials' },
    {
      command: 'kubectl compass uninstall --revoke --purge-applications --delete-credentials --delete-crds --yes',
      does: 'Leave nothing behind but the namespace, without being asked',
    },
  ],
  run: runUninstall,
};

async function runUninstall(invocation: Invocation): Promise<number> {
  const { clock, style } = invocation;
  const run = await import('../uninstall/run.ts');
  const result = await run.uninstall(invocation);
  await invocation.print(uninstallView(result, clock.now(), style.symbols));
  return 0;
}

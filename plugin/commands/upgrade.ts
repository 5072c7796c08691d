import type { Command, Invocation } from '../command.ts';
import { ROLL_OUT_FLAGS } from '../install/options.ts';
import { rollOutView, UPGRADE_DOCUMENT_KIND } from '../install/view.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass upgrade`: brings the sidecar of a cluster to the version of this plugin. */
export const upgrade: Command = {
  details: `Applies what belongs to the sidecar of this plugin's version over what is there, and says which fields change. What
was set before is kept, --set changes it and --reset-values forgets it. An image whose tag is a version gets this one; one by a
digest or by another tag stays. The old Pod works until the new one is ready. It takes no newer sidecar's place unless
--allow-downgrade is said, and leaves the definitions as they are unless --crds=replace is.`,
  exits: {
    0: 'upgraded, or as it should be already',
    3: 'there is no sidecar, or something that it needs is not there',
    4: undefined,
    7: 'another agent or sidecar is in the way, what is there is newer, or not confirmed',
    124: 'it was applied, and does not run yet',
    130: undefined,
    143: undefined,
  },
  flags: ROLL_OUT_FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: UPGRADE_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass upgrade --dry-run=server', does: 'See what would change' },
    { command: 'kubectl compass upgrade', does: 'Upgrade, and wait until the new Pod is ready' },
    { command: 'kubectl compass upgrade --set APP_LOG_LEVEL=debug', does: 'Change a setting' },
    { command: 'kubectl compass upgrade --set APP_LOG_LEVEL=', does: 'Take it back' },
  ],
  run: runUpgrade,
};

async function runUpgrade(invocation: Invocation): Promise<number> {
  const { clock, style } = invocation;
  const { rollOut } = await import('../install/roll-out.ts');
  const result = await rollOut(invocation, 'upgrade');
  await invocation.print(
    rollOutView(result, { kind: UPGRADE_DOCUMENT_KIND, now: clock.now(), symbols: style.symbols }),
  );
  return 0;
}

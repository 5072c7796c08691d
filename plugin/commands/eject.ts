import type { Command, Invocation } from '../command.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import type { Flag } from '../flags.ts';
import { PLACE_FLAGS } from '../inject/flags.ts';
import { EJECT_DOCUMENT_KIND } from '../inject/result.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

const FLAGS: readonly Flag[] = [
  ...PLACE_FLAGS,
  { ...WAIT_FLAG, summary: 'wait for the rollout: as it does unless --no-wait is said' },
  timeoutFlag('5m'),
  DRY_RUN_FLAG,
];

/** `kubectl compass eject`: takes the sidecar out again. */
export const eject: Command = {
  details: `Takes the sidecar that inject put into a workload out again, with everything that came with it and nothing else; its
Role and RoleBinding go with the last workload that uses them, once its Pods are replaced. Where it cannot be told whether
another one does, they stay, and it says so. With --no-wait they stay as well, until another eject finds the Pods replaced:
so is an eject finished that was interrupted.

With -f, manifests are printed without it: byte for byte as they were before inject, but for what was changed since.`,
  exits: {
    0: 'ejected, or there was none',
    1: 'the rollout failed',
    3: undefined,
    4: undefined,
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: EJECT_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass eject deployment/orders --workload-namespace shop', does: 'Take the sidecar out' },
    { command: 'kubectl compass eject -f orders.yaml', does: 'The manifest as it was' },
  ],
  run: runEject,
};

async function runEject(invocation: Invocation): Promise<number> {
  const { whereOf } = await import('../inject/where.ts');
  const { report } = await import('../inject/report.ts');
  const where = whereOf(invocation, FLAGS);
  const result =
    'files' in where
      ? await (await import('../inject/change-manifests.ts')).ejectManifests(invocation, where.files)
      : await (await import('../inject/change-workload.ts')).ejectInCluster(invocation, where.workload);
  return report(invocation, result);
}

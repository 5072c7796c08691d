import type { Command, Invocation } from '../command.ts';
import { DRY_RUN_FLAG } from '../dry-run.ts';
import type { Flag } from '../flags.ts';
import { BINDINGS_FLAG, PLACE_FLAGS, SIDECAR_FLAGS } from '../inject/flags.ts';
import { INJECT_DOCUMENT_KIND } from '../inject/result.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';

const FLAGS: readonly Flag[] = [
  ...PLACE_FLAGS,
  ...SIDECAR_FLAGS,
  BINDINGS_FLAG,
  { ...WAIT_FLAG, summary: 'wait for the rollout: as it does unless --no-wait is said' },
  timeoutFlag('5m'),
  DRY_RUN_FLAG,
];

/** `kubectl compass inject`: puts a sidecar beside a workload's containers. */
export const inject: Command = {
  details: `Puts a sidecar beside the containers of a Deployment, StatefulSet or DaemonSet, and the client certificate with its
key, CA and connection.json into a folder of theirs, in memory and always as a matching set. It is a reader: it takes them
from the Secret that the central sidecar keeps, by a Role that reads this one Secret, and does nothing else. With --full
it is the whole sidecar, one more replica of the central one; every container of the Pod gains its rights.

With -f, manifests are printed with the sidecar in them: whatever else they hold stays as it is, byte for byte, and eject -f
gives back what there was. No cluster is asked, so that the sidecar is a container unless --native=always is said. In the
cluster it is an init container that keeps running where a dry run shows that the API server knows these.

A second inject changes nothing; one with other flags, or of another version, takes the place of the first.`,
  exits: {
    0: 'injected, or there already',
    1: 'the rollout failed',
    3: undefined,
    4: undefined,
    7: 'something of the workload is in the way',
    124: undefined,
    130: undefined,
    143: undefined,
  },
  flags: FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: INJECT_DOCUMENT_KIND,
  examples: [
    {
      command: 'kubectl compass inject deployment/orders --workload-namespace shop',
      does: 'A reader beside the containers of a Deployment',
    },
    {
      command: 'kubectl compass inject deploy/orders --proxy-port 8888 --dry-run=server',
      does: 'See whether one with the Director on loopback would do',
    },
    {
      command: 'kubectl compass inject -f orders.yaml --workload-namespace shop --bindings',
      does: 'The manifests with a sidecar, its Role and RoleBinding',
    },
  ],
  run: runInject,
};

async function runInject(invocation: Invocation): Promise<number> {
  const { whereOf } = await import('../inject/where.ts');
  const { report } = await import('../inject/report.ts');
  const where = whereOf(invocation, FLAGS);
  const result =
    'files' in where
      ? await (await import('../inject/change-manifests.ts')).injectManifests(invocation, where.files)
      : await (await import('../inject/change-workload.ts')).injectInCluster(invocation, where.workload);
  return report(invocation, result);
}

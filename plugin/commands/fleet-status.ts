import { CompassError } from '#common/errors.ts';
import type { Command } from '../command.ts';
import { FLEET_FLAGS, readChoice, readFleetOptions } from '../fleet/options.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass fleet status`: the connections of many clusters in one table. */
export const fleetStatus: Command = {
  details: `Looks at the connections of several clusters, which are contexts of the kubeconfig, side by side, and judges each
as status does: one row a connection, in the order given. CERT LEFT is what is left of the certificate's life, SURVIVES how
long the cluster does without Compass, FINDINGS how many things need a person.

Each cluster has its own limit of time, in which its credential plugin has to log in as well; what a plugin says is shown
with its context, but it can ask nothing. A cluster that gives no answer is not unhealthy: its row says why, and nothing
else. One where Compass is not installed is no fault. Impersonation (--as) and -n hold for all clusters; flags that name
one are refused.

With --watch it asks again and again: a terminal is repainted, elsewhere the rows that changed are printed, with -o json or
ndjson a document a line.

The exit code is 1 where a connection is not healthy, whatever else there is; else 4 where a cluster gave no answer or does
not permit one; else 3 where no cluster has a connection.`,
  exits: {
    0: 'all connections are healthy',
    1: 'a connection is not healthy',
    3: 'all clusters answered, and none has a connection',
    4: 'none is unhealthy, but a cluster gave no answer, or does not permit one',
    130: undefined,
    143: undefined,
  },
  flags: [...FLEET_FLAGS, { name: 'no-headers', kind: 'switch', summary: 'print no heads of columns' }],
  formats: ['default', 'wide', 'ndjson', ...DOCUMENT_FORMATS, 'custom-columns'],
  documentKind: 'FleetReport',
  examples: [
    { command: 'kubectl compass fleet status --all-contexts', does: 'Every cluster that the kubeconfig knows' },
    { command: 'kubectl compass fleet status --contexts prod-eu,prod-us -o wide', does: 'Two of them, with more' },
    {
      command: 'kubectl compass fleet status --contexts-file prod.txt --concurrency 32',
      does: 'Those that a file lists, one a line, 32 at a time',
    },
    {
      command: 'kubectl compass fleet status --all-contexts -o ndjson',
      does: 'A document a line, as soon as all before it are known',
    },
    { command: 'kubectl compass fleet status --all-contexts -w', does: 'Stay and see it change' },
  ],
  run: async (invocation) => {
    const { flags, output } = invocation;
    const options = readFleetOptions(flags);
    readChoice(flags);
    if (flags.isOn('watch') && !['default', 'wide', 'json', 'ndjson'].includes(output.format)) {
      throw new CompassError('Usage', `-w prints a table, -o wide, json or ndjson, and no ${output.format}`);
    }
    const { runFleetStatus } = await import('../fleet/run.ts');
    return runFleetStatus(invocation, options);
  },
};

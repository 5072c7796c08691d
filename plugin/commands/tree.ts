import type { Command } from '../command.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { TREE_KIND } from '../tree/document.ts';
import { runTree } from '../tree/run.ts';

/** `kubectl compass tree`: from the connection down to gateway URLs and Secrets. */
export const tree: Command = {
  details: `Draws what hangs on the connection: its Applications, their bundles, and of each bundle its Secrets, its APIs with
the URL at the gateway and the one behind it, and its event definitions. What is wrong has a mark and a word: failed, not in
the cluster, deletion held, missing. Secrets are told by name and age, never by value; as of the last synchronization where
they may not be listed.

With many Applications a terminal shows a hundred, those with a problem among them; --compact shows a line for each.`,
  exits: { 0: 'drawn', 3: 'it is not there', 4: undefined },
  flags: [
    { name: 'compact', kind: 'switch', summary: 'one line an Application, with counts' },
    {
      name: 'limit',
      kind: 'text',
      value: 'N',
      summary: 'Applications at most, those with a problem first; 0 shows all; 100 on a terminal unless said',
    },
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
  ],
  formats: ['default', ...DOCUMENT_FORMATS],
  documentKind: TREE_KIND,
  examples: [
    { command: 'kubectl compass tree', does: 'Everything that hangs on the connection' },
    { command: 'kubectl compass tree app orders', does: 'One Application' },
    { command: 'kubectl compass tree --compact', does: 'A line for each Application' },
    {
      command: "kubectl compass tree -o jsonpath='{.counts.missingSecrets}'",
      does: 'How many Secrets are missing, for a script',
    },
  ],
  run: runTree,
};

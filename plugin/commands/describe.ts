import type { Command } from '../command.ts';
import { DESCRIPTION_KIND } from '../describe/document.ts';
import { runDescribe } from '../describe/run.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass describe app`: one Application, and where each of its fields comes from. */
export const describe: Command = {
  details: `Shows one Application: whether it is as Compass lists it, its bundles with their APIs, gateway URLs and event
definitions, its Secrets by age and keyed fingerprint (never by value; as of the last synchronization where they may not
be listed), which field comes from the Director and which from the sidecar or the cluster, its last changes and its
Events. One that could not be created is told, too.`,
  exits: { 0: 'described', 3: 'it is not there', 4: undefined },
  flags: [
    { name: 'show-events', kind: 'switch', summary: 'also its Events (default; --no-show-events: not)' },
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: DESCRIPTION_KIND,
  examples: [
    { command: 'kubectl compass describe app orders', does: 'Everything about one Application' },
    { command: 'kubectl compass describe app/orders --no-show-events', does: 'Without its Events' },
    {
      command: "kubectl compass describe app orders -o jsonpath='{.status}'",
      does: 'Whether it is ready, for a script',
    },
  ],
  run: runDescribe,
};

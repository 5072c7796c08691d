import type { Command } from '../command.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { TRACE_KIND } from '../trace/document.ts';
import { runTrace } from '../trace/run.ts';

/** `kubectl compass trace`: from a Secret, an Application or a URL back to the connection. */
export const trace: Command = {
  details: `Goes back from a Secret, an Application or a URL of an API to where it comes from: the APIs and the bundle that
use it, their Application, the connection that keeps that, and the last change of it that the report knows. A URL may be
that of the gateway, the one behind it, or where tokens come from; one below it is traced as well, without its query.

A Secret that is somebody else's is said to be so, with who made it. No value of a Secret is read; who may not list Secrets
sees what the sidecar published of them. Whatever is not found is answered with the nearest names.`,
  exits: { 0: 'traced', 3: 'it is not there, or not from Compass', 4: undefined },
  flags: [
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
  ],
  formats: ['default', ...DOCUMENT_FORMATS],
  documentKind: TRACE_KIND,
  examples: [
    {
      command: 'kubectl compass trace secret/orders-6c1f3b0e-5d0c-4c59-9f6e-0f9b7a1d2c3e',
      does: 'Which bundle and Application a Secret belongs to',
    },
    { command: 'kubectl compass trace app/orders', does: 'Which connection keeps an Application, and its last change' },
    { command: 'kubectl compass trace url https://orders.example.com/v1', does: 'Which APIs lead to a URL' },
    {
      command: "kubectl compass trace app/orders -o jsonpath='{.traces[0].lastChange.cause}'",
      does: 'What changed it last, for a script',
    },
  ],
  run: runTrace,
};

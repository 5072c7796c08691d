import type { Command } from '../command.ts';
import type { Flag } from '../flags.ts';
import { runGet } from '../get/run.ts';
import { LIST_FORMATS } from '../output/format.ts';

/** kubectl's own, which people have in their fingers and their aliases; `get` reads what they mean in query.ts. */
const AS_KUBECTL: readonly Flag[] = [
  { name: 'all-namespaces', kind: 'switch', summary: 'as -A: the kinds belong to no namespace', hidden: true },
  { name: 'chunk-size', kind: 'text', value: 'N', summary: 'accepted as by kubectl, without effect', hidden: true },
  {
    name: 'allow-missing-template-keys',
    kind: 'switch',
    summary: 'as by kubectl, where it is on: what is not there is left out',
    hidden: true,
  },
  { name: 'show-managed-fields', kind: 'switch', summary: 'refused: kubectl get shows them', hidden: true },
];

/** `kubectl compass get`: what Compass listed, and how it stands in the cluster. */
export const get: Command = {
  details: `Lists Applications (apps) and what is inside of them: bundles, their APIs and event definitions (events), and
the Secrets of their credentials, by age and keyed fingerprint. Values of Secrets are never read; who may not list
Secrets sees what the sidecar published of them with the last synchronization.

READY comes from the sidecar's report, and is - where there is none. An Application that fails and never came into the
cluster has a row, too, but no object for -o json. Selectors (-l, --field-selector) choose Applications, or Secrets for
secrets; --status-selector chooses by READY and REASON: ready=false, reason=NameConflict.`,
  exits: { 0: 'listed', 3: 'one that was named is not there', 4: undefined, 130: undefined, 143: undefined },
  flags: [
    { name: 'selector', short: 'l', kind: 'text', value: 'SELECTOR', summary: 'by labels: team=blue,!old' },
    { name: 'field-selector', kind: 'text', value: 'SELECTOR', summary: 'by fields: metadata.name=orders' },
    { name: 'status-selector', kind: 'text', value: 'SELECTOR', summary: 'by state: ready=false, reason=NameConflict' },
    { name: 'watch', short: 'w', kind: 'switch', summary: 'stay, and print what changes' },
    { name: 'watch-only', kind: 'switch', summary: 'stay, and print only what changes from now on' },
    { name: 'output-watch-events', kind: 'switch', summary: 'with -w and -o json: what happened to each' },
    { name: 'no-headers', kind: 'switch', summary: 'print no heads of columns' },
    { name: 'sort-by', kind: 'text', value: 'PATH', summary: 'sort by a jsonpath: .metadata.creationTimestamp' },
    { name: 'show-labels', kind: 'switch', summary: 'print the labels in a last column' },
    { name: 'label-columns', short: 'L', kind: 'texts', value: 'LABEL', summary: 'print a label in its own column' },
    { name: 'all', short: 'A', kind: 'switch', summary: 'also Applications that are not of this connection' },
    { name: 'ignore-not-found', kind: 'switch', summary: 'content where one that was named is not there' },
    { name: 'show-kind', kind: 'switch', summary: 'print the kind before each name' },
    ...AS_KUBECTL,
    { name: 'connection', kind: 'text', value: 'NAME', summary: 'the CompassConnection, where there are several' },
  ],
  formats: ['default', ...LIST_FORMATS],
  documentKind: 'Failure',
  examples: [
    { command: 'kubectl compass get apps', does: 'All Applications of the connection' },
    { command: 'kubectl compass get apps --status-selector ready=false', does: 'Those that fail, and why' },
    { command: 'kubectl compass get secrets --sort-by .rotatedAt', does: 'Credentials, the oldest first' },
    { command: "kubectl compass get apis -o jsonpath='{.items[*].gatewayUrl}'", does: 'Where APIs are called' },
    { command: 'kubectl compass get apps -w', does: 'What changes, as it happens' },
  ],
  run: runGet,
};

import type { Command, Invocation } from '../command.ts';
import { clusterFlags, sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';
import { STATUS_DOCUMENT_KIND, statusDocument } from '../status/document.ts';
import { fetchFacts } from '../status/fetch.ts';
import { judge } from '../status/judge.ts';
import { formatStatus } from '../status/screen.ts';

/** `kubectl compass status`: fetch, judge, print; the exit code is the health. */
export const status: Command = {
  details: `Reads what the sidecar reports, or without a report what the CompassConnection says: the client certificate
and when it is renewed, the Connector and the Director, the Applications, the sidecar, and how long this cluster
survives without Compass. What needs you comes last, each with its cause and the next command.`,
  exits: { 0: 'healthy', 1: 'not healthy', 3: undefined, 4: undefined },
  flags: [],
  formats: ['default', 'wide', 'name', ...DOCUMENT_FORMATS],
  documentKind: STATUS_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass status', does: 'How the connection of the current cluster stands' },
    { command: 'kubectl compass status -o wide', does: 'The same, with conditions, failed Applications and changes' },
    { command: 'kubectl compass status --context prod-eu -o json', does: 'Another cluster, for a script' },
  ],
  run: runStatus,
};

async function runStatus(invocation: Invocation): Promise<number> {
  const { names, flags, env, stdout, style, clock } = invocation;
  const { cluster, context } = await invocation.connect();
  const facts = await fetchFacts(cluster, { name: names[0], namespace: sidecarNamespace(flags, env) });
  const now = clock.now();
  const flagsOfCluster = clusterFlags(flags);
  const judgement = judge(facts, now, flagsOfCluster);
  const width = stdout.columns ?? 80;
  await invocation.print({
    document: () => statusDocument(facts, judgement, now),
    names: [`compassconnection.compass.kyma-project.io/${facts.name}`],
    text: async (format) => {
      const allProblems = format === 'wide';
      const options = { ...style, now, width, context, clusterFlags: flagsOfCluster, allProblems };
      const screen = formatStatus(facts, judgement, options);
      return allProblems ? screen + (await import('../status/wide.ts')).formatDetails(facts, now, style) : screen;
    },
  });
  return judgement.exitCode;
}

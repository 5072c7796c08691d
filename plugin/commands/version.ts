import { VERSION } from '#common/version.ts';
import type { Command, Invocation } from '../command.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS, isMachineReadable } from '../output/format.ts';
import type { ClusterVersions } from '../versions/facts.ts';
import { formatVersions, VERSION_DOCUMENT_KIND, versionDocument } from '../versions/view.ts';

/** `kubectl compass version`: this program's version always, the cluster's side unless --client. */
export const version: Command = {
  details: `The plugin works with sidecars up to two minor versions older or newer. Without a cluster, --client still
answers.`,
  exits: { 0: 'printed', 4: undefined },
  flags: [{ name: 'client', kind: 'switch', summary: "this plugin's own version only, without a cluster" }],
  formats: ['default', ...DOCUMENT_FORMATS],
  documentKind: VERSION_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass version', does: 'What runs here and in the current cluster' },
    { command: 'kubectl compass version --client -o json', does: "The plugin's own version, for a script" },
  ],
  run: runVersion,
};

async function runVersion(invocation: Invocation): Promise<number> {
  if (invocation.flags.isOn('client')) {
    await print(invocation, undefined);
    return 0;
  }
  let versions: ClusterVersions;
  try {
    versions = await fetchFromCluster(invocation);
  } catch (error) {
    // What is known is said, as kubectl does: the client's version does not need the cluster.
    if (!isMachineReadable(invocation.output.format)) await print(invocation, undefined);
    throw error;
  }
  await print(invocation, versions);
  return 0;
}

async function fetchFromCluster(invocation: Invocation): Promise<ClusterVersions> {
  const { flags, env } = invocation;
  const { cluster } = await invocation.connect();
  const { fetchVersions } = await import('../versions/fetch.ts');
  return fetchVersions(cluster, VERSION, sidecarNamespace(flags, env));
}

async function print(invocation: Invocation, versions: ClusterVersions | undefined): Promise<void> {
  const { style, stdout, clock } = invocation;
  await invocation.print({
    document: () => versionDocument(VERSION, versions, clock.now()),
    text: () => formatVersions(VERSION, versions, { ...style, width: stdout.columns }),
  });
}

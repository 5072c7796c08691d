import type { Command, Invocation } from '../command.ts';
import { atCluster } from '../failure.ts';
import { ROLL_OUT_FLAGS, readRollOutOptions } from '../install/options.ts';
import { SET_KEYS } from '../install/set-values.ts';
import { INSTALL_DOCUMENT_KIND, rollOutView } from '../install/view.ts';
import { clusterFlags } from '../kubeconfig/flags.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass install`: puts the sidecar into a cluster. */
export const install: Command = {
  details: `Applies what belongs to the sidecar (its namespace, ServiceAccount, rights and Deployment) by server-side apply, and
waits until it runs. Before anything is written it looks for what is missing, namespaces and rights of yours, and has the API
server check every object. Definitions that the cluster has, such as Kyma's own, are kept as they are, and so is a namespace. What
was set before is kept where a sidecar is there already. No registry has the image yet: build it, and say where it is by --image. --set takes
${SET_KEYS.join(', ')}, and the sidecar's own settings by their names, such as APP_LOG_LEVEL=debug.`,
  exits: {
    0: 'installed, or as it should be already',
    3: 'a namespace or definition that it needs is not there',
    4: undefined,
    7: 'another agent or sidecar is in the way, what is there is newer, or not confirmed',
    124: 'it was applied, and does not run yet',
    130: undefined,
    143: undefined,
  },
  flags: [
    { name: 'generate', kind: 'switch', summary: 'print the objects as YAML, and ask no cluster' },
    ...ROLL_OUT_FLAGS,
  ],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: INSTALL_DOCUMENT_KIND,
  examples: [
    {
      command: 'kubectl compass install --image registry.example.com/compass-sidecar:0.1.0',
      does: 'Install the sidecar, with the image where you put it',
    },
    { command: 'kubectl compass install --dry-run=server', does: 'See what would be made, and what is missing' },
    {
      command: 'kubectl compass install --set istioCa=true --set APP_DELETION_HOLD=forever',
      does: 'Let it keep the CA for the Istio gateway, and delete nothing by itself',
    },
    {
      command: 'kubectl compass install --generate > sidecar.yaml',
      does: 'Only write the manifests, for a repository',
    },
  ],
  run: runInstall,
};

async function runInstall(invocation: Invocation): Promise<number> {
  const { clock, flags, hint, style } = invocation;
  if (flags.isOn('generate')) return generate(invocation);
  const { rollOut } = await import('../install/roll-out.ts');
  const result = await rollOut(invocation, 'install');
  await invocation.print(
    rollOutView(result, { kind: INSTALL_DOCUMENT_KIND, now: clock.now(), symbols: style.symbols }),
  );
  const { dryRun, wasInstalled } = result;
  if (dryRun === 'none' && !wasInstalled) {
    const place = { clusterFlags: clusterFlags(flags), namedNamespace: flags.text('namespace') };
    const { nextStep } = await import('../install/next-step.ts');
    const { cluster } = await invocation.connect();
    hint(atCluster(await nextStep(cluster, result.values.connectionName), place));
  }
  return 0;
}

async function generate(invocation: Invocation): Promise<number> {
  const { generatedObjects, generatedView } = await import('../install/generate.ts');
  const options = readRollOutOptions(invocation);
  await invocation.print(generatedView(generatedObjects(options)));
  if (options.crds === 'keep') {
    invocation.hint(
      'hint: the definitions are left out, since applying them would change what a cluster has; --crds=replace puts them in',
    );
  }
  return 0;
}

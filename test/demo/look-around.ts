import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { USUAL_PLACE } from './place.ts';
import type { Scene } from './scene.ts';

const PLUGIN = fileURLToPath(new URL('../../plugin/main.ts', import.meta.url));

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A folder with kubectl-compass for the PATH, so that kubectl finds the plugin. */
async function providePlugin(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  const launcher = join(bin, 'kubectl-compass');
  await writeFile(launcher, `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(PLUGIN)} "$@"\n`);
  await chmod(launcher, 0o755);
  return bin;
}

/** Tells how to see for oneself, in commands to copy. */
export async function describeLookingAround(scene: Scene): Promise<void> {
  const { narrator, simulator, target, folder, healthUrl } = scene;
  const { connectionName, ownNamespace, integrationNamespace } = target.place;
  const bin = await providePlugin(folder);
  const isUsual = target.place === USUAL_PLACE;
  narrator.chapter('It all stays up. Look around from another terminal:');
  narrator.blank();
  narrator.quote(
    [
      `export KUBECONFIG=${quoted(target.kubeconfig)}`,
      `export PATH=${quoted(bin)}:"$PATH"`,
      ...(isUsual ? [] : [`export COMPASS_NAMESPACE=${ownNamespace}`]),
      '',
      `kubectl compass status${isUsual ? '' : ` ${connectionName}`}`,
      `kubectl get compassconnections,applications`,
      `kubectl describe compassconnection ${connectionName}`,
      `kubectl get application shop -o yaml`,
      `kubectl -n ${integrationNamespace} get secrets`,
      '',
      `tail -f ${quoted(join(folder, 'sidecar.log'))}`,
      `curl ${healthUrl}/metrics`,
    ].join('\n'),
  );
  narrator.blank();
  narrator.note('Compass is yours to steer, too; the sidecar looks every 30 seconds:');
  narrator.blank();
  narrator.quote(
    [
      `curl ${simulator.adminUrl}/          # all that can be done`,
      `curl ${simulator.adminUrl}/requests  # what the sidecar asked`,
      `curl -X POST ${simulator.adminUrl}/applications -d '{"name":"orders"}'`,
      `curl -X POST ${simulator.adminUrl}/runtimes/default/revoke`,
      // The simulator writes the Secret under its usual name.
      ...(isUsual ? [`curl -X POST ${simulator.adminUrl}/runtimes/default/secret | kubectl replace -f -`] : []),
    ].join('\n'),
  );
  narrator.blank();
  narrator.note('Ctrl-C stops everything and removes what the demo made.');
}

import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePorts } from '../cluster/genuine/ports.ts';
import { CONFIGURATION, startWorld, type World } from '../journeys/world.ts';
import { DEPLOY_FOLDER } from '../sidecar/deploy/render.ts';

/** Where the CAs of Compass are mounted. */
export const CA_FILE = '/opt/compass-ca.pem';
export const ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** A world whose cluster has the manifests, and what the kubelet would give a container of the sidecar. */
export interface ContainerWorld extends World {
  /** A folder with the token of the sidecar's own account, as it is mounted. */
  readonly account: string;
  /** The variables that say where this world's parts are. */
  readonly env: Readonly<Record<string, string>>;
  readonly healthPort: number;
  /** The HTTP status of its readiness; undefined while it does not answer. */
  readiness(): Promise<number | undefined>;
}

export async function startContainerWorld(t: TestContext): Promise<ContainerWorld> {
  const world = await startWorld(t);
  const { cluster } = world;
  const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-k', DEPLOY_FOLDER]);
  if (code !== 0) throw new Error(`the manifests are not applied: ${stderr}`);
  const account = await mkdtemp(join(tmpdir(), 'compass-account-'));
  t.after(() => rm(account, { recursive: true }));
  const { token } = await cluster.asServiceAccount(CONFIGURATION.namespace, 'compass-sidecar');
  const files = { token, 'ca.crt': cluster.ca, namespace: CONFIGURATION.namespace };
  for (const [name, text] of Object.entries(files)) await writeFile(join(account, name), text);
  await chmod(account, 0o755);
  await chmod(join(world.caFile, '..'), 0o755);
  const [healthPort = 0] = await freePorts(1);
  const { hostname, port } = new URL(cluster.server);
  return {
    ...world,
    account,
    healthPort,
    env: {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      POD_NAME: 'compass-sidecar-0',
      POD_NAMESPACE: CONFIGURATION.namespace,
      APP_COMPASS_CA_BUNDLE: CA_FILE,
      APP_HEALTH_PORT: String(healthPort),
      APP_CONTROLLER_SYNC_PERIOD: '1s',
      APP_MINIMAL_COMPASS_SYNC_TIME: '200ms',
    },
    async readiness() {
      try {
        return (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status;
      } catch {
        // nobody listens yet
        return undefined;
      }
    },
  };
}

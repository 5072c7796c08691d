import type { TestContext } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { NAMESPACE, SECRET, type Secret } from '#common/cluster/objects.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { SidecarRequest } from '#common/resources/requests.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import { ConnectionStep } from '../../../sidecar/connection/connection-step.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { Disconnection } from '../../../sidecar/connection/disconnect.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { memoryContext } from './memory-context.ts';

export const CLIENT = { kind: SECRET, namespace: 'compass-system', name: 'cluster-client-certificates' };
const INTEGRATION = 'kyma-integration';

/** A request to disconnect. */
export const asking = (parameters: SidecarRequest['parameters'] = {}, id = 'one'): SidecarRequest => ({
  ...{ verb: 'disconnect', id, parameters },
});
/** What the configuration Secret says. */
export const configured = (hash?: string): { configuration: Configuration; specUrls: undefined } => ({
  configuration: {
    ...{ connectorUrl: 'https://c.example.com/graphql', runtimeId: 'r', tenant: undefined },
    token: hash === undefined ? undefined : { value: new Sensitive('secret'), hash },
  },
  specUrls: undefined,
});

/** A connection's Secret and documents, without a Compass; what the cluster refuses, by name. */
export async function startDisconnection(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const { cluster } = await startTestCluster(t, { crds: 'ours' });
  for (const name of [CLIENT.namespace, INTEGRATION]) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const { kind: _kind, ...metadata } = CLIENT;
  const data = { crt: btoa('a'), key: btoa('b'), crtChain: btoa('c') };
  await cluster.create<Secret>(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata, data });
  const refused = new Map<string, CompassError>();
  const unless = <T>(name: string, work: () => Promise<T>) => {
    const error = refused.get(name);
    return error ? Promise.reject(error) : work();
  };
  const door: Cluster = {
    ...cluster,
    mergePatch: (...args) => unless(args[0].name, () => cluster.mergePatch(...args)),
    delete: (...args) => unless(args[0].name, () => cluster.delete(...args)),
    listPages: (...args) => {
      const error = refused.get(args[0].plural);
      if (error) throw error;
      return cluster.listPages(...args);
    },
  };
  const { context: given, clock } = memoryContext({ cluster: door, ...parts });
  const context = { ...given, config: { ...given.config, integrationNamespace: INTEGRATION } };
  const step = new ConnectionStep(context, () => 0);
  const disconnection = new Disconnection(context, step, () => 0);
  const keys = async () => Object.keys((await cluster.find<Secret>(CLIENT))?.data ?? {});
  const disconnected = () => context.state.value?.disconnected;
  return { cluster, context, clock, refused, step, disconnection, keys, disconnected };
}

export const refusal = (reason: Reason) => new CompassError(reason, 'cannot do that: no');

/** An Application that this connection keeps. */
export function application(name: string): Application {
  const annotations = { 'compass.kyma-project.io/connection': 'compass-connection' };
  const { apiVersion, kind } = APPLICATION;
  const compassMetadata = { applicationId: name, authentication: { clientIds: [] } };
  return {
    apiVersion,
    kind,
    metadata: { name, annotations },
    spec: { description: 'x', services: [], compassMetadata },
  };
}

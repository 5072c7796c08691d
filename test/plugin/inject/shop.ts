import type { TestContext } from 'node:test';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type Kind, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { WORKLOAD_KINDS, type Workload } from '../../../plugin/inject/live/kinds.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
export const ROLE: Kind = { apiVersion: RBAC, kind: 'Role', plural: 'roles', namespaced: true };
export const ROLE_BINDING: Kind = { apiVersion: RBAC, kind: 'RoleBinding', plural: 'rolebindings', namespaced: true };

/** A cluster with a connection, and workloads in the namespace shop; nobody runs any Pods. */
export interface Shop {
  readonly cluster: Cluster;
  readonly test: TestCluster;
  readonly env: Readonly<Record<string, string>>;
  create(kind: string, name: string, spec?: object): Promise<Workload>;
  /** Says from now on that all Pods are of the present template, whatever that is: there is no controller that would. */
  rollOut(kind: string, name: string): Promise<void>;
  template(kind: string, name: string): Promise<unknown>;
  /** `kind/name` of all Roles and bindings of the sidecar's namespace. */
  rights(): Promise<readonly string[]>;
}

export function kindNamed(name: string): Kind {
  const kind = WORKLOAD_KINDS.find((candidate) => candidate.kind === name);
  if (!kind) throw new Error(`no workload is a ${name}`);
  return kind;
}

/** A workload as people write it, with what the API server fills in left out. */
function workload(kind: string, name: string, podSpec: object = {}): KubeObject {
  const labels = { app: name };
  const containers = [
    { name: 'app', image: 'app:1', env: [{ name: 'A', value: 'b' }] },
    {
      name: 'proxy',
      image: 'proxy:1',
      ports: [{ containerPort: 8090 }],
      volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    },
  ];
  const spec = { serviceAccountName: 'orders', containers, volumes: [{ name: 'tmp', emptyDir: {} }], ...podSpec };
  const served = kind === 'StatefulSet' ? { serviceName: name } : {};
  const template = { metadata: { labels }, spec };
  const metadata = { name, namespace: 'shop' };
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata,
    spec: { selector: { matchLabels: labels }, ...served, template },
  } as KubeObject;
}

export async function startShop(t: TestContext): Promise<Shop> {
  const test = await startTestCluster(t, { crds: 'ours' });
  const { cluster } = test;
  for (const name of ['compass-system', 'kyma-system', 'shop']) {
    await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const spec = { managementInfo: { connectorUrl: '', directorUrl: '' } };
  const name = 'compass-connection';
  await cluster.create(COMPASS_CONNECTION, { apiVersion, kind, metadata: { name }, spec } as CompassConnection);
  const metadata = { name: `${name}-report`, namespace: 'compass-system', labels: SIDECAR_LABELS };
  const data = { [REPORT_KEY]: JSON.stringify({ schemaVersion: 'v1', connection: name }) };
  await cluster.create(CONFIG_MAP, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data } as KubeObject);
  return {
    cluster,
    test,
    env: { KUBECONFIG: test.kubeconfigPath },
    create: (of, named, podSpec) => cluster.create(kindNamed(of), workload(of, named, podSpec) as Workload),
    async rollOut(of, named) {
      const deployment = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
      const status = {
        observedGeneration: 1_000_000,
        ...(of === 'Deployment' ? deployment : {}),
        ...(of === 'StatefulSet' ? { replicas: 1, updatedReplicas: 1, readyReplicas: 1 } : {}),
      };
      const ref = { kind: kindNamed(of), name: named, namespace: 'shop' };
      await cluster.mergePatch(ref, { status }, { subresource: 'status' });
    },
    async template(of, named) {
      const found = await cluster.get<Workload>({ kind: kindNamed(of), name: named, namespace: 'shop' });
      return found.spec.template;
    },
    async rights() {
      const names: string[] = [];
      for (const one of [ROLE, ROLE_BINDING]) {
        for await (const { items } of cluster.listPages(one, { namespace: 'compass-system' })) {
          names.push(...items.map((item) => `${one.plural}/${item.metadata.name}`));
        }
      }
      return names;
    },
  };
}

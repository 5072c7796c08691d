import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import {
  APPLY,
  application,
  type Case,
  configMap,
  connection,
  expectCode,
  JSON_PATCH,
  MERGE,
  STRATEGIC,
  secret,
  TABLE,
  type World,
} from '../world.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly apiVersion: string;
  readonly isScoped?: boolean;
  /** Strategic merge patches are for built-in kinds; the embedded server has them for some. */
  readonly strategic?: boolean;
  readonly sample: (name: string, namespace: string) => object;
}

const roleRef = (kind: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind, name: 'any' });
const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];

function pod() {
  const labels = { app: 'd' };
  return { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i:1' }] } };
}

/** Every kind that sidecar, plugin, installation and demo write, with an object of it. */
const KINDS: readonly Kind[] = [
  { kind: 'Namespace', plural: 'namespaces', apiVersion: 'v1', strategic: true, sample: () => ({}) },
  {
    kind: 'ConfigMap',
    plural: 'configmaps',
    apiVersion: 'v1',
    isScoped: true,
    strategic: true,
    sample: () => configMap(''),
  },
  {
    kind: 'Secret',
    plural: 'secrets',
    apiVersion: 'v1',
    isScoped: true,
    strategic: true,
    sample: () => secret('', { k: '1' }),
  },
  { kind: 'ServiceAccount', plural: 'serviceaccounts', apiVersion: 'v1', isScoped: true, sample: () => ({}) },
  {
    kind: 'Event',
    plural: 'events',
    apiVersion: 'v1',
    isScoped: true,
    sample: (_, namespace) => ({
      involvedObject: { kind: 'Secret', name: 's', namespace },
      reason: 'Seen',
      type: 'Normal',
    }),
  },
  {
    kind: 'Lease',
    plural: 'leases',
    apiVersion: 'coordination.k8s.io/v1',
    isScoped: true,
    sample: () => ({ spec: { holderIdentity: 'me', leaseDurationSeconds: 15 } }),
  },
  {
    kind: 'Deployment',
    plural: 'deployments',
    apiVersion: 'apps/v1',
    isScoped: true,
    sample: () => ({ spec: { replicas: 1, selector: { matchLabels: { app: 'd' } }, template: pod() } }),
  },
  {
    kind: 'StatefulSet',
    plural: 'statefulsets',
    apiVersion: 'apps/v1',
    isScoped: true,
    sample: () => ({
      spec: { replicas: 1, serviceName: 's', selector: { matchLabels: { app: 'd' } }, template: pod() },
    }),
  },
  {
    kind: 'DaemonSet',
    plural: 'daemonsets',
    apiVersion: 'apps/v1',
    isScoped: true,
    sample: () => ({ spec: { selector: { matchLabels: { app: 'd' } }, template: pod() } }),
  },
  {
    kind: 'NetworkPolicy',
    plural: 'networkpolicies',
    apiVersion: 'networking.k8s.io/v1',
    isScoped: true,
    sample: () => ({ spec: { podSelector: { matchLabels: { app: 'd' } }, policyTypes: ['Ingress'] } }),
  },
  { kind: 'Role', plural: 'roles', apiVersion: RBAC, isScoped: true, sample: () => ({ rules }) },
  { kind: 'ClusterRole', plural: 'clusterroles', apiVersion: RBAC, sample: () => ({ rules }) },
  {
    kind: 'RoleBinding',
    plural: 'rolebindings',
    apiVersion: RBAC,
    isScoped: true,
    sample: () => ({ roleRef: roleRef('Role'), subjects: [] }),
  },
  {
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    apiVersion: RBAC,
    sample: () => ({ roleRef: roleRef('ClusterRole'), subjects: [] }),
  },
  {
    kind: 'CustomResourceDefinition',
    plural: 'customresourcedefinitions',
    apiVersion: 'apiextensions.k8s.io/v1',
    sample: (name) => ({
      spec: {
        group: name.slice(name.indexOf('.') + 1),
        scope: 'Cluster',
        names: { plural: 'gadgets', singular: 'gadget', kind: 'Gadget', listKind: 'GadgetList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    }),
  },
  {
    kind: 'CompassConnection',
    plural: 'compassconnections',
    apiVersion: 'compass.kyma-project.io/v1alpha1',
    sample: () => connection(''),
  },
  {
    kind: 'Application',
    plural: 'applications',
    apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
    sample: () => application('', { description: 'd' }),
  },
];

/** One object of a kind in a case: what it is, and where. */
function place({ kind, plural, apiVersion, isScoped = false, sample }: Kind, { at, namespace }: World) {
  const name = plural === 'customresourcedefinitions' ? `gadgets.${namespace}.example.com` : `${namespace}-x`;
  const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const collection = isScoped ? at(plural, undefined, apiVersion) : `${base}/${plural}`;
  const object = (step: string, metadata: object = {}) => ({
    ...sample(name, namespace),
    apiVersion,
    kind,
    metadata: { name, labels: { case: namespace, step }, ...metadata },
  });
  // One manager for all: the embedded server merges what several own for few kinds only.
  return { name, collection, path: `${collection}/${name}`, object, manager: 'fieldManager=kubectl' };
}

function stepOf(answer: Parameters<typeof expectCode>[0], code = 200): string {
  return expectCode(answer, code).metadata.labels.step;
}

function written(kind: Kind): Case {
  return {
    name: `${kind.plural}: created, read, listed and shown as a table, deleted`,
    async run(world) {
      const { name, collection, path, object, manager } = place(kind, world);
      assert.equal(stepOf(await world.post(`${collection}?${manager}&dryRun=All`, object('dry')), 201), 'dry');
      expectCode(await world.get(path), 404);
      assert.equal(stepOf(await world.post(`${collection}?${manager}`, object('one')), 201), 'one');
      const read = expectCode(await world.get(path), 200);
      assert.deepEqual([read.kind, read.apiVersion, read.metadata.name], [kind.kind, kind.apiVersion, name]);
      const selected = `labelSelector=case%3D${world.namespace}`;
      const list = expectCode(await world.get(`${collection}?${selected}`), 200);
      assert.deepEqual([list.kind, list.items.length], [`${kind.kind}List`, 1]);
      const table = expectCode(await world.get(`${collection}?${selected}`, { accept: TABLE }), 200);
      assert.ok(table.rows[0].cells.includes(name) || kind.kind === 'Event');
      expectCode(await world.get(path, { accept: TABLE }), 200);
      expectCode(await world.delete(path), 200);
    },
  };
}

function patched(kind: Kind): Case {
  return {
    name: `${kind.plural}: every type of patch, and replaced`,
    async run(world) {
      const { collection, path, object, manager } = place(kind, world);
      expectCode(await world.post(`${collection}?${manager}`, object('one')), 201);
      const labels = (step: string) => ({ metadata: { labels: { step } } });
      const set = (type: string, body: unknown, more = '') => world.patch(`${path}?${manager}${more}`, type, body);
      assert.equal(stepOf(await set(MERGE, labels('merge'))), 'merge');
      assert.equal(
        stepOf(await set(JSON_PATCH, [{ op: 'replace', path: '/metadata/labels/step', value: 'json' }])),
        'json',
      );
      assert.equal(stepOf(await set(APPLY, object('apply'), '&force=true')), 'apply');
      if (kind.strategic) assert.equal(stepOf(await set(STRATEGIC, labels('strategic'))), 'strategic');
      // Controllers write some kinds, too: then the version is read again.
      const fresh = await until('it is replaced', async () => {
        const { metadata } = expectCode(await world.get(path), 200);
        const next = object('replace', { resourceVersion: metadata.resourceVersion });
        const answer = await world.put(`${path}?${manager}`, next);
        return answer.status !== 409 && stepOf(answer) === 'replace' && next;
      });
      const stale = { ...fresh, metadata: { ...fresh.metadata, labels: {} } };
      expectCode(await world.put(`${path}?${manager}`, stale), 409);
    },
  };
}

function watched(kind: Kind): Case {
  return {
    name: `${kind.plural}: applied into being, watched to its end`,
    async run(world) {
      const { collection, path, object, manager } = place(kind, world);
      const created = expectCode(await world.patch(`${path}?${manager}`, APPLY, object('one')), 201);
      assert.equal(stepOf(await world.patch(`${path}?${manager}`, APPLY, object('two'))), 'two');
      expectCode(await world.delete(path), 200);
      const query = `watch=true&timeoutSeconds=30&labelSelector=case%3D${world.namespace}`;
      const seen: string[] = [];
      for await (const { type, object: it } of world.watchRaw(
        `${collection}?${query}&resourceVersion=${created.metadata.resourceVersion}`,
      )) {
        if (type === 'BOOKMARK') continue;
        seen.push(`${type} ${it.metadata.labels.step}`);
        if (type === 'DELETED') break;
      }
      // Controllers write some kinds, too; what we did must be there in its order.
      assert.deepEqual(
        [...new Set(seen)].filter((line) => line !== 'MODIFIED one'),
        ['MODIFIED two', 'DELETED two'],
      );
    },
  };
}

/** Each verb and patch type on each kind. */
export const MATRIX_CASES: readonly Case[] = KINDS.flatMap((kind) => [written(kind), patched(kind), watched(kind)]);

import type { Cluster } from '#common/cluster/cluster.ts';
import { type KubeObject, POD } from '#common/cluster/objects.ts';
import { list, type Reading, reading } from '../../connection/reading.ts';
import { describeRight, type MissingRight } from '../../connection/right.ts';
import type { DryRun } from '../../dry-run.ts';
import { fullName, kindOf } from '../../install/kinds.ts';
import { type Account, bindingObjects } from '../bindings.ts';
import { recordIn, serviceAccountOf, type Template } from '../template.ts';
import { isOurs } from './grant.ts';
import { WORKLOAD_KINDS, type Workload, type WorkloadRef } from './kinds.ts';
import { type Binding, type Grant, roleOf } from './left-grants.ts';

/** What became of one Role or binding. */
export interface Ungranted {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly action: 'deleted' | 'kept';
  /** Why it is kept. */
  readonly why?: string;
}

export interface UngrantOptions {
  /** What was ejected, and is no user any more. */
  readonly ref: WorkloadRef;
  readonly record: Grant;
  readonly account: Account;
  readonly dryRun: DryRun;
  /** Why it is still needed, where that is known already. */
  readonly inUse?: string | undefined;
}

/**
 * Takes from an account what inject gave it, unless another workload of its namespace still uses it. Where that cannot be told,
 * and where it may not be deleted, it is kept, and says so. What inject did not make is never touched.
 */
export async function ungrant(cluster: Cluster, options: UngrantOptions): Promise<readonly Ungranted[]> {
  const { record, account } = options;
  const [namespace = '', name = ''] = record.secret.split('/');
  const integrationNamespace = record.integrationNamespace ?? namespace;
  const settings = { mode: record.mode, secret: { namespace, name }, integrationNamespace };
  const objects = bindingObjects(settings, account);
  const bindings = objects.filter(({ kind }) => kind.endsWith('Binding'));
  const inUse = options.inUse ?? (await findUser(cluster, options));
  if (inUse !== undefined) return bindings.map((object) => ({ ...placeOf(object), action: 'kept', why: inUse }));
  const gone: Ungranted[] = [];
  for (const object of bindings) gone.push(...(await remove(cluster, object, options.dryRun)));
  const role = objects.find(({ kind }) => kind === 'Role');
  if (!role || gone.every(({ action }) => action === 'kept')) return gone;
  const { other, denied } = await findOtherBinding(cluster, role, bindings);
  if (denied) return [...gone, { ...placeOf(role), action: 'kept', why: cannotTell(denied) }];
  return other === undefined ? [...gone, ...(await remove(cluster, role, options.dryRun))] : gone;
}

/** Who still needs the rights of this account, or why that cannot be told. */
async function findUser(
  cluster: Cluster,
  { ref, record, account: { namespace, name: account } }: UngrantOptions,
): Promise<string | undefined> {
  const uses = (template: Template) => {
    const other = recordIn(template);
    // All whole sidecars of an account have one ClusterRoleBinding, whatever their Secret.
    const isAlike = other?.mode === record.mode && (other.mode === 'full' || other.secret === record.secret);
    return isAlike && serviceAccountOf(template) === account;
  };
  for (const kind of WORKLOAD_KINDS) {
    const right = { verb: 'list', resource: `${kind.plural}.apps`, namespace };
    const { items, denied } = await reading(right, () => list<Workload>(cluster, kind, { namespace }));
    if (denied) return cannotTell(denied);
    const isOther = ({ metadata }: KubeObject) => kind.kind !== ref.kind.kind || metadata.name !== ref.name;
    const user = items.find((item) => isOther(item) && uses(item.spec.template));
    if (user) return `${kind.kind} ${user.metadata.name} uses it`;
  }
  const pods = await reading({ verb: 'list', resource: 'pods', namespace }, () =>
    list<KubeObject>(cluster, POD, { namespace }),
  );
  if (pods.denied) return cannotTell(pods.denied);
  // Those of the workloads above are known by these, or go with them.
  const pod = pods.items.find((one) => !isOfWorkload(one) && uses({ ...one }));
  return pod && `Pod ${pod.metadata.name} uses it`;
}

function cannotTell(denied: MissingRight): string {
  return `${describeRight(denied)}, so that another user of it cannot be ruled out`;
}

/** A Pod that ends needs no rights any more. */
function isOfWorkload({ metadata }: KubeObject): boolean {
  if (metadata.deletionTimestamp !== undefined) return true;
  const kinds = ['ReplicaSet', ...WORKLOAD_KINDS.map(({ kind }) => kind)];
  return (metadata.ownerReferences ?? []).some(({ kind }) => kinds.includes(kind));
}

/** A binding that refers to a Role, beside those that go. */
async function findOtherBinding(
  cluster: Cluster,
  role: KubeObject,
  gone: readonly KubeObject[],
): Promise<{ readonly other?: string | undefined; readonly denied?: MissingRight }> {
  const { namespace, name } = role.metadata;
  const kind = kindOf({ apiVersion: role.apiVersion, kind: 'RoleBinding' });
  const right = { verb: 'list', resource: 'rolebindings.rbac.authorization.k8s.io', namespace };
  const found: Reading<Binding> = await reading(right, () => list<Binding>(cluster, kind, { namespace }));
  if (found.denied) return { denied: found.denied };
  const others = found.items.filter(({ metadata }) => gone.every((one) => one.metadata.name !== metadata.name));
  return { other: others.find((one) => roleOf(one) === name)?.metadata.name };
}

async function remove(cluster: Cluster, object: KubeObject, dryRun: DryRun): Promise<readonly Ungranted[]> {
  const kind = kindOf(object);
  const { name, namespace } = object.metadata;
  const ref = { kind, name, namespace };
  const where = namespace === undefined ? {} : { namespace };
  const resource = `${kind.plural}.rbac.authorization.k8s.io`;
  const { items, denied } = await reading({ verb: 'get', resource, name, ...where }, async () => {
    const present = await cluster.find<KubeObject>(ref);
    return present && isOurs(present) ? [present] : [];
  });
  const place = placeOf(object);
  if (denied) return [{ ...place, action: 'kept', why: describeRight(denied) }];
  const [present] = items;
  if (!present) return [];
  if (dryRun === 'client') return [{ ...place, action: 'deleted' }];
  const deleting = await reading({ verb: 'delete', resource, name, ...where }, async () => {
    await cluster.delete(ref, { uid: present.metadata.uid, dryRun: dryRun === 'server' });
    return [];
  });
  return [
    deleting.denied
      ? { ...place, action: 'kept', why: describeRight(deleting.denied) }
      : { ...place, action: 'deleted' },
  ];
}

function placeOf(object: KubeObject) {
  return { name: fullName(object), namespace: object.metadata.namespace };
}

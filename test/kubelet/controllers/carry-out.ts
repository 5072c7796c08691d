import { isDeepStrictEqual } from 'node:util';
import { type Kind, POD } from '#common/cluster/objects.ts';
import { hasReason, messageOf } from '#common/errors.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';
import type { Pod, Workload } from '../pod.ts';
import { requireAccount } from '../pods/account.ts';
import type { Plan } from './pods-of.ts';

/** Who writes what controllers write. */
const WRITER = { fieldManager: 'kube-controller-manager' };

/** Does what a controller planned. Gives why a Pod could not be created, if one could not. */
export async function carryOut(
  api: TestCluster,
  kind: Kind,
  workload: Workload,
  { create, remove, status }: Plan,
): Promise<string | undefined> {
  let failure: string | undefined;
  for (const pod of create) failure ??= await createPod(api, pod);
  for (const { metadata } of remove) {
    const { name, namespace, uid } = metadata;
    await api.cluster.delete({ kind: POD, name, namespace }, { uid }).catch(unlessGone);
  }
  const { name, namespace } = workload.metadata;
  if (!tells(workload.status ?? {}, status)) {
    const options = { ...WRITER, subresource: 'status' as const };
    await api.cluster.mergePatch({ kind, name, namespace }, { status }, options).catch(unlessGone);
  }
  return failure;
}

async function createPod(api: TestCluster, pod: Pod): Promise<string | undefined> {
  try {
    await requireAccount(api, pod);
    await api.cluster.create(POD, pod, WRITER);
    return undefined;
  } catch (error) {
    // A look at an older state, and one Pod of that name at a time.
    if (hasReason(error, 'ClusterAlreadyExists')) return undefined;
    return messageOf(error);
  }
}

/** Whether a status says all that it is to say; zeroes may be left out. */
function tells(status: Readonly<Record<string, unknown>>, wanted: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(status[name] ?? 0, value ?? 0));
}

function unlessGone(error: unknown): void {
  if (!hasReason(error, 'ClusterNotFound', 'ClusterConflict')) throw error;
}

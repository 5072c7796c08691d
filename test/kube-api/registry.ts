import { asArray, at, isObject } from './json.ts';
import {
  configMapKind,
  leaseKind,
  limitRangeKind,
  namespaceKind,
  resourceQuotaKind,
  serviceAccountKind,
} from './kinds/core.ts';
import { customResources } from './kinds/custom.ts';
import { crdKind } from './kinds/custom-resource-definition.ts';
import { daemonSetKind } from './kinds/daemon-set.ts';
import { eventKind } from './kinds/event.ts';
import { networkPolicyKind, serviceKind } from './kinds/network.ts';
import { clusterRoleBindingKind, clusterRoleKind, roleBindingKind, roleKind } from './kinds/rbac.ts';
import type { Resource } from './kinds/resource.ts';
import { secretKind } from './kinds/secret.ts';
import { statefulSetKind } from './kinds/stateful-set.ts';
import { autoscalerKind, deploymentKind, podKind, replicaSetKind } from './kinds/workloads.ts';
import type { KubeObject } from './object.ts';
import type { Storage } from './storage.ts';

const builtIn: Resource[] = [
  configMapKind,
  eventKind,
  namespaceKind,
  podKind,
  secretKind,
  resourceQuotaKind,
  limitRangeKind,
  serviceAccountKind,
  serviceKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  autoscalerKind,
  statefulSetKind,
  networkPolicyKind,
  leaseKind,
  roleKind,
  roleBindingKind,
  clusterRoleKind,
  clusterRoleBindingKind,
  crdKind,
];

/** Which resources are served: the built-in kinds, and those of established CRDs. */
export class Registry {
  readonly #storage: Storage;
  #custom: Resource[] = [];
  #ofRevision = -1;

  constructor(storage: Storage) {
    this.#storage = storage;
    storage.subscribe((change) => {
      if (change.resource === crdKind.storedAs) this.#ofRevision = -1;
    });
  }

  /** All resources, one an API version. */
  all(): Resource[] {
    if (this.#ofRevision < 0) {
      this.#custom = this.#storage.list(crdKind.storedAs).filter(isEstablished).flatMap(customResources);
      this.#ofRevision = this.#storage.revision;
    }
    return [...builtIn, ...this.#custom];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.all().find((r) => r.plural === plural && r.group === group && r.version === version);
  }

  /** The resource that stores objects under this name, in whatever version. */
  storedAs(name: string): Resource | undefined {
    return this.all().find((resource) => resource.storedAs === name);
  }

  ofKind(apiVersion: string, kind: string): Resource | undefined {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return this.all().find((r) => r.kind === kind && r.group === group && r.version === version);
  }
}

function isEstablished(crd: KubeObject): boolean {
  const conditions = asArray(at(crd, 'status', 'conditions')).filter(isObject);
  return conditions.some((condition) => condition['type'] === 'Established' && condition['status'] === 'True');
}

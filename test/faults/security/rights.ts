import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { loadAll } from 'js-yaml';
import type { KubeObject } from '#common/cluster/objects.ts';
import type { Client } from '../../cluster/start-test-cluster.ts';
import { DEPLOY_FOLDER, renderKustomization } from '../../sidecar/deploy/render.ts';
import type { FaultWorld } from '../world.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role extends KubeObject {
  readonly rules: readonly Rule[];
}

/** One verb on one resource, and on one object where the rule names it. */
export interface SingleRight {
  readonly role: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string | undefined;
  readonly namespace: string | undefined;
}

/** The roles and bindings of the sidecar's ServiceAccount, as the manifests have them; those of people are left out. */
export async function manifests(): Promise<readonly KubeObject[]> {
  const component = await readFile(`${DEPLOY_FOLDER}/components/istio-ca/rights.yaml`, 'utf8');
  const all = [...(await renderKustomization()), ...(loadAll(component) as KubeObject[])];
  return all.filter(
    ({ kind, metadata: { name } }) =>
      kind === 'ServiceAccount' || (/Role(?:Binding)?$/.test(kind) && !/^compass-(?:viewer|operator)/.test(name)),
  );
}

/** Every right that they give, taken apart. */
export function singleRights(objects: readonly KubeObject[]): SingleRight[] {
  return objects.filter(isRole).flatMap((role) => role.rules.flatMap((rule) => takeApart(role, rule)));
}

function isRole(object: KubeObject): object is Role {
  return object.kind === 'Role' || object.kind === 'ClusterRole';
}

function takeApart(role: Role, { apiGroups, resources, resourceNames = [], verbs }: Rule): SingleRight[] {
  const names = resourceNames.length === 0 ? [undefined] : resourceNames;
  const { namespace } = role.metadata;
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      names.flatMap((name) => verbs.map((verb) => ({ role: keyOf(role), verb, group, resource, name, namespace }))),
    ),
  );
}

const keyOf = ({ kind, metadata: { namespace, name } }: KubeObject) => `${kind} ${namespace}/${name}`;

const PLURALS: Readonly<Record<string, string>> = {
  ServiceAccount: 'serviceaccounts',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
};

/** Puts them into the cluster without one right, and gives whoever they are for. */
export async function installWithout(
  { cluster }: FaultWorld,
  objects: readonly KubeObject[],
  missing: SingleRight,
): Promise<Client> {
  for (const object of objects) {
    const { status } = await cluster.request('POST', pathOf(object), {
      body: isRole(object) ? without(object, missing) : object,
    });
    assert.equal(status, 201, `${object.kind} ${object.metadata.name}`);
  }
  return cluster.asServiceAccount('compass-system', 'compass-sidecar');
}

function pathOf({ apiVersion, kind, metadata: { namespace } }: KubeObject): string {
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${PLURALS[kind]}`;
}

function without(role: Role, missing: SingleRight): Role {
  const rights = role.rules.flatMap((rule) => takeApart(role, rule));
  const kept = rights.filter((right) => JSON.stringify(right) !== JSON.stringify(missing));
  return {
    ...role,
    rules: kept.map(({ group, resource, name, verb }) => ({
      apiGroups: [group],
      resources: [resource],
      ...(name === undefined ? {} : { resourceNames: [name] }),
      verbs: [verb],
    })),
  };
}

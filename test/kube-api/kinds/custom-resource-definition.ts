import { invalidValue, required } from '../causes.ts';
import { asArray, asObject, asString, at, isObject, type JsonObject } from '../json.ts';
import type { KubeObject } from '../object.ts';
import { anything, boolean, list, object, string } from '../schema/schema.ts';
import type { Cause } from '../status.ts';
import { createdAtColumn, nameColumn } from './columns.ts';
import { defineKind } from './define.ts';

const names = object({
  plural: string,
  singular: string,
  kind: string,
  listKind: string,
  shortNames: list(string),
  categories: list(string),
});

/** CustomResourceDefinition, apiextensions.k8s.io/v1. */
export const crdKind = defineKind({
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  shortNames: ['crd', 'crds'],
  categories: ['api-extensions'],
  namespaced: false,
  generation: 'spec',
  needsResourceVersion: true,
  subresources: ['status'],
  properties: {
    spec: object({
      group: string,
      names,
      scope: string,
      versions: list(anything),
      conversion: anything,
      preserveUnknownFields: boolean,
    }),
    status: object({ acceptedNames: names, conditions: list(anything), storedVersions: list(string) }),
  },
  empty: {
    spec: { group: '', names: { plural: '', kind: '' }, scope: '', versions: null },
    status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
  },
  allColumns: [nameColumn, createdAtColumn],
  fill: fillCrd,
  prepare: (next, live) => {
    if (live !== undefined) return { ...next, status: live['status'] };
    return {
      ...next,
      status: { acceptedNames: { kind: '', plural: '' }, conditions: [], storedVersions: storedVersions(next) },
    };
  },
  validate: (next) => crdCauses(next),
});

function fillCrd(crd: KubeObject): KubeObject {
  const spec = asObject(crd['spec']);
  const given = asObject(spec['names']);
  const kind = asString(given['kind']);
  const filled: JsonObject = {
    ...given,
    singular: given['singular'] || kind.toLowerCase(),
    listKind: given['listKind'] || `${kind}List`,
  };
  const { preserveUnknownFields, ...rest } = spec;
  const next = { ...rest, names: filled, conversion: spec['conversion'] ?? { strategy: 'None' } };
  const status = asObject(crd['status']);
  const stored = asArray(status['storedVersions']).length > 0 ? status['storedVersions'] : storedVersions(crd);
  return {
    ...crd,
    spec: preserveUnknownFields === true ? { ...next, preserveUnknownFields } : next,
    status: { ...status, storedVersions: stored },
  };
}

function storedVersions(crd: KubeObject): string[] {
  const versions = asArray(at(crd, 'spec', 'versions')).filter(isObject);
  return versions.filter((version) => version['storage'] === true).map((version) => asString(version['name']));
}

function crdCauses(crd: KubeObject): Cause[] {
  const causes: Cause[] = [];
  const group = asString(at(crd, 'spec', 'group'));
  const plural = asString(at(crd, 'spec', 'names', 'plural'));
  if (crd.metadata.name !== `${plural}.${group}`) {
    causes.push(invalidValue('metadata.name', crd.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if (storedVersions(crd).length !== 1) {
    causes.push(invalidValue('spec.versions', null, 'must have exactly one version marked as storage version'));
  }
  asArray(at(crd, 'spec', 'versions')).forEach((version, i) => {
    const schema = at(version, 'schema', 'openAPIV3Schema');
    const path = `spec.versions[${i}].schema.openAPIV3Schema`;
    if (!isObject(schema)) causes.push(required(path, 'schemas are required'));
    else causes.push(...structuralCauses(schema, path, true));
  });
  return causes;
}

/** Structural schemas: every node says its type. */
function structuralCauses(schema: JsonObject, path: string, isRoot = false): Cause[] {
  const causes: Cause[] = [];
  const isOpen =
    schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!schema['type'] && !isOpen) {
    causes.push(
      required(
        `${path}.type`,
        isRoot ? 'must not be empty at the root' : 'must not be empty for specified object fields',
      ),
    );
  }
  for (const [name, below] of Object.entries(asObject(schema['properties']))) {
    if (isObject(below)) causes.push(...structuralCauses(below, `${path}.properties[${name}]`));
  }
  if (isObject(schema['items'])) causes.push(...structuralCauses(schema['items'], `${path}.items`));
  const further = schema['additionalProperties'];
  if (isObject(further)) causes.push(...structuralCauses(further, `${path}.additionalProperties`));
  return causes;
}

import type { Resource } from './kinds/resource.ts';
import type { PathAnswer } from './paths.ts';
import { message, type OutField } from './protobuf/encode.ts';
import type { Registry } from './registry.ts';
import type { Schema } from './schema/schema.ts';

/**
 * /openapi/v2, as JSON or as the protobuf (gnostic's openapi.v2.Document) that kubectl asks for: definitions only,
 * from which kubectl checks what it is about to send, and explains.
 */
export function openApi(registry: Registry, accept: string | undefined): PathAnswer {
  const definitions = registry.all().map((resource) => ({ name: definitionName(resource), resource }));
  if (accept?.includes('proto-openapi')) {
    const named = definitions.map(
      ({ name, resource }): OutField => [1, message([1, name], [2, rootMessage(resource)])],
    );
    const info = message([1, 'Kubernetes'], [2, 'v1.20.2']);
    const document = message([1, '2.0'], [2, info], [8, message()], [9, message(...named)]);
    return { code: 200, type: 'application/octet-stream', body: document };
  }
  const body = {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'v1.20.2' },
    paths: {},
    definitions: Object.fromEntries(
      definitions.map(({ name, resource }) => [
        name,
        { ...resource.schema, 'x-kubernetes-group-version-kind': [versionKind(resource)] },
      ]),
    ),
  };
  return { code: 200, type: 'application/json', body: JSON.stringify(body) };
}

function versionKind({ group, kind, version }: Resource): { group: string; kind: string; version: string } {
  return { group, kind, version };
}

function definitionName(resource: Resource): string {
  const { group, version, kind, isCustom } = resource;
  if (isCustom) return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
  if (group === 'apiextensions.k8s.io')
    return `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.${version}.${kind}`;
  return `io.k8s.api.${group.split('.')[0] || 'core'}.${version}.${kind}`;
}

function rootMessage(resource: Resource): Buffer {
  const { group, kind, version } = versionKind(resource);
  const yaml = `- group: "${group}"\n  kind: ${kind}\n  version: ${version}\n`;
  const extension = message([1, 'x-kubernetes-group-version-kind'], [2, message([2, yaml])]);
  return message(...schemaFields(resource.schema), [31, extension]);
}

function schemaFields(schema: Schema): OutField[] {
  const description: OutField[] = schema.description ? [[4, schema.description]] : [];
  const isOpen =
    schema['x-kubernetes-preserve-unknown-fields'] || schema['x-kubernetes-int-or-string'] || schema.nullable;
  if (isOpen || schema.type === undefined) return description;
  return [
    ...description,
    ...(schema.format ? ([[2, schema.format]] satisfies OutField[]) : []),
    ...(schema.required ?? []).map((name): OutField => [19, name]),
    ...additional(schema),
    [22, message([1, schema.type])],
    ...(schema.items ? ([[23, message([1, message(...schemaFields(schema.items))])]] satisfies OutField[]) : []),
    ...members(schema),
  ];
}

function additional({ additionalProperties }: Schema): OutField[] {
  if (typeof additionalProperties !== 'object') return [];
  return [[21, message([1, message(...schemaFields(additionalProperties))])]];
}

function members({ properties }: Schema): OutField[] {
  if (properties === undefined) return [];
  const named = Object.entries(properties).map(
    ([name, below]): OutField => [1, message([1, name], [2, message(...schemaFields(below))])],
  );
  return [[25, message(...named)]];
}

import type { Cluster } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CUSTOM_RESOURCE_DEFINITION, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { reading } from '../connection/reading.ts';
import type { DefinitionVersion } from './facts.ts';

/** As much of a CustomResourceDefinition (apiextensions.k8s.io/v1) as tells ours from the one in the field. */
interface Definition extends KubeObject {
  readonly spec?: {
    readonly versions?: readonly {
      readonly name: string;
      readonly additionalPrinterColumns?: readonly { readonly name: string }[];
      readonly schema?: { readonly openAPIV3Schema?: SchemaPart };
    }[];
  };
}

interface SchemaPart {
  readonly properties?: Readonly<Record<string, SchemaPart>>;
}

/** What the cluster serves of a kind, by discovery; and what its definition says, where that may be read. */
export async function fetchDefinition(cluster: Cluster, kind: Kind): Promise<DefinitionVersion> {
  const [group = '', version] = kind.apiVersion.split('/');
  const name = `${kind.plural}.${group}`;
  const right = { verb: 'get', resource: 'customresourcedefinitions.apiextensions.k8s.io' };
  const [{ served, hasStatus }, { items }] = await Promise.all([
    discoverKind(cluster, kind),
    reading(right, async () => [await cluster.find<Definition>({ kind: CUSTOM_RESOURCE_DEFINITION, name })]),
  ]);
  const found = { kind: kind.kind, apiVersion: kind.apiVersion, served, statusSubresource: hasStatus };
  const described = items[0]?.spec?.versions?.find((candidate) => candidate.name === version);
  if (!described) return found;
  const status = described.schema?.openAPIV3Schema?.properties?.['status'];
  const columns = (described.additionalPrinterColumns ?? []).map((column) => column.name);
  return { ...found, columns, keepsConditions: status?.properties?.['conditions'] !== undefined };
}

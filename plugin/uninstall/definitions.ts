import type { Cluster } from '#common/cluster/cluster.ts';
import { CUSTOM_RESOURCE_DEFINITION } from '#common/cluster/objects.ts';
import type { DryRun } from '../dry-run.ts';
import { type DefinitionFacts, definitionName, fetchDefinitions } from '../install/definitions.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';

/** One definition, and what became of it. */
export interface DefinitionRemoval {
  readonly name: string;
  /** Why it stays; undefined of one that goes. */
  readonly keptBecause?: string;
}

/** Deletes the definitions that install made, unless an object of theirs is left: it would go with its definition. */
export async function removeDefinitions(
  cluster: Cluster,
  { dryRun, signal }: { readonly dryRun: DryRun; readonly signal: AbortSignal },
): Promise<readonly DefinitionRemoval[]> {
  const present = (await fetchDefinitions(cluster)).filter((facts) => facts.present);
  return Promise.all(
    present.map(async (facts) => {
      const name = definitionName(facts.kind);
      const keptBecause = await reasonToKeep(cluster, facts, signal);
      if (keptBecause !== undefined) return { name, keptBecause };
      const uid = facts.present?.metadata.uid;
      const isDry = dryRun === 'server';
      if (dryRun !== 'client') {
        await cluster.delete({ kind: CUSTOM_RESOURCE_DEFINITION, name }, { uid, dryRun: isDry, signal });
      }
      return { name };
    }),
  );
}

async function reasonToKeep(
  cluster: Cluster,
  { kind, present, isServed }: DefinitionFacts,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { managedFields = [] } = present?.metadata ?? {};
  const isOurs = managedFields.some(
    ({ manager, operation }) => manager === PLUGIN_FIELD_MANAGER && operation === 'Apply',
  );
  if (!isOurs) return 'somebody else made it';
  if (!isServed) return undefined;
  for await (const { items } of cluster.listPages(kind, { pageSize: 1, metadataOnly: true, signal })) {
    const [first] = items;
    if (first) return `there is still ${kind.kind} ${first.metadata.name}`;
  }
  return undefined;
}

import type { SecretIndex } from '../get/secret-facts.ts';
import type { ApplicationNode } from './nodes.ts';

/** What is wrong with an Application, or wants a look; undefined where nothing is. */
export function applicationProblem({ readiness, inCluster }: ApplicationNode): string | undefined {
  const { ready, reason } = readiness;
  if (!inCluster) return `not in the cluster: ${reason}`;
  if (ready === 'False') return `failed: ${reason}`;
  return reason === 'DeletionsHeld' ? 'deletion held' : undefined;
}

/** Secrets that its bundles name and that are not there, each once. */
export function missingSecrets({ bundles }: ApplicationNode, index: SecretIndex): readonly string[] {
  const names = new Set(bundles.flatMap(({ secrets }) => secrets.map(({ name }) => name)));
  return [...names].filter((name) => index.factsOf(name).state === 'missing');
}

export function hasProblem(node: ApplicationNode, index: SecretIndex): boolean {
  return applicationProblem(node) !== undefined || missingSecrets(node, index).length > 0;
}

/** What a tree comes to, by what it shows. */
interface TreeCounts {
  readonly applications: number;
  readonly bundles: number;
  readonly apis: number;
  readonly events: number;
  readonly secrets: number;
  /** Applications that are not as Compass lists them, and those whose deletion is held. */
  readonly failed: number;
  readonly held: number;
  readonly missingSecrets: number;
}

export function countsOf(nodes: readonly ApplicationNode[], index: SecretIndex): TreeCounts {
  const bundles = nodes.flatMap((node) => node.bundles);
  const total = (counted: readonly number[]) => counted.reduce((sum, number) => sum + number, 0);
  return {
    applications: nodes.length,
    bundles: bundles.length,
    apis: total(bundles.map(({ apis }) => apis.length)),
    events: total(bundles.map(({ events }) => events.length)),
    secrets: new Set(bundles.flatMap(({ secrets }) => secrets.map(({ name }) => name))).size,
    failed: nodes.filter(({ readiness }) => readiness.ready === 'False').length,
    held: nodes.filter(({ readiness }) => readiness.reason === 'DeletionsHeld').length,
    missingSecrets: new Set(nodes.flatMap((node) => missingSecrets(node, index))).size,
  };
}

/**
 * At most so many, in their order: those that fail before those that want a look, and these before any other, since they are
 * what is looked for where not all can be shown.
 */
export function mostTelling(
  nodes: readonly ApplicationNode[],
  index: SecretIndex,
  limit: number,
): readonly ApplicationNode[] {
  if (nodes.length <= limit) return nodes;
  const rank = (node: ApplicationNode) => {
    if (node.readiness.ready === 'False') return 0;
    return hasProblem(node, index) ? 1 : 2;
  };
  const ranked = nodes.map((node) => ({ node, rank: rank(node) })).toSorted((a, b) => a.rank - b.rank);
  const chosen = new Set(ranked.slice(0, limit).map(({ node }) => node));
  return nodes.filter((node) => chosen.has(node));
}

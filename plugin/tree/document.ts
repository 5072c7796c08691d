import { notPermittedList } from '../connection/right.ts';
import type { NamedSecret } from '../get/landscape.ts';
import type { SecretFacts } from '../get/secret-facts.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { TreeFacts } from './facts.ts';
import type { ApplicationNode, BundleNode } from './nodes.ts';
import { countsOf, hasProblem, mostTelling } from './problems.ts';

export const TREE_KIND = 'ConnectionTree';

interface TreeDocumentOptions {
  /** Without what is in each Application, but with its counts. */
  readonly isCompact: boolean;
  /** Applications at most; Infinity has all. */
  readonly limit: number;
}

/** What `tree -o json` prints: see schemas/connection-tree.ts. Additive changes only. */
export function treeDocument(
  facts: TreeFacts,
  now: number,
  { isCompact, limit }: TreeDocumentOptions,
): ReportDocument & { readonly [part: string]: unknown } {
  const { connection, applications, index, secrets, notPermitted } = facts;
  const report = connection.found?.report;
  const isSound = !applications.some((node) => hasProblem(node, index));
  const shown = mostTelling(applications, index, limit);
  const omitted = applications.length - shown.length;
  return {
    ...documentHead(TREE_KIND, { status: isSound ? 'Sound' : 'Problems', exitCode: 0 }, now),
    connection: {
      name: connection.name,
      namespace: connection.namespace,
      state: report?.state ?? connection.resource?.status?.connectionState,
      runtimeId: report?.runtimeId,
      tenant: report?.tenant,
    },
    counts: countsOf(applications, index),
    applications: shown.map((node) => applicationPart(node, facts, isCompact)),
    ...(omitted > 0 ? { omitted } : {}),
    areSecretsPublished: secrets.published !== undefined,
    notPermitted: notPermittedList(notPermitted),
  };
}

function applicationPart(node: ApplicationNode, facts: TreeFacts, isCompact: boolean): object {
  const { name, id, inCluster, readiness, bundles } = node;
  const { ready, reason, message } = readiness;
  const { applications: _, failed: _failed, held: _held, ...counts } = countsOf([node], facts.index);
  return {
    name,
    ...(id ? { id } : {}),
    inCluster,
    status: { ready, ...(reason ? { reason } : {}), ...(message ? { message } : {}) },
    counts,
    ...(isCompact ? {} : { bundles: bundles.map((bundle) => bundlePart(bundle, facts)) }),
  };
}

function bundlePart(bundle: BundleNode, { connection, index }: TreeFacts): object {
  const { id, name, displayName, secrets, apis, events } = bundle;
  const namespace = connection.places.integrationNamespace;
  return {
    id,
    name,
    displayName,
    secrets: secrets.map((secret) => secretPart(secret, index.factsOf(secret.name), namespace)),
    apis: apis.map(({ gatewayUrl, targetUrl, ...api }) => ({
      ...api,
      ...(gatewayUrl ? { gatewayUrl } : {}),
      ...(targetUrl ? { targetUrl } : {}),
    })),
    events,
  };
}

/** A Secret without its values; also what `trace` shows of one. */
export function secretPart({ name, use, authentication }: NamedSecret, facts: SecretFacts, namespace: string): object {
  const { state, createdAt, rotatedAt, fingerprint, published } = facts;
  return {
    namespace,
    name,
    use,
    ...(authentication ? { authentication } : {}),
    state,
    ...(createdAt ? { createdAt } : {}),
    ...(rotatedAt ? { rotatedAt } : {}),
    ...(fingerprint ? { fingerprint } : {}),
    ...(published ? { published } : {}),
  };
}

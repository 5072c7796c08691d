import type { Style } from '../command.ts';
import type { NamedSecret } from '../get/landscape.ts';
import { contentSince } from '../get/secret-facts.ts';
import { age } from '../output/age.ts';
import { plain } from '../output/text.ts';
import { count, short } from '../status/words.ts';
import { type Branch, treeRows } from './branches.ts';
import type { TreeFacts } from './facts.ts';
import type { ApiNode, ApplicationNode, BundleNode } from './nodes.ts';
import { applicationProblem, countsOf, missingSecrets, mostTelling } from './problems.ts';

interface TreeViewOptions extends Style {
  readonly now: number;
  /** How people call the cluster. */
  readonly context: string | undefined;
  /** One line an Application. */
  readonly isCompact: boolean;
  /** Applications at most; Infinity shows all. */
  readonly limit: number;
}

/** The tree for people: what hangs on what, with a word and a mark where something is wrong. */
export function formatTree(facts: TreeFacts, options: TreeViewOptions): string {
  const { applications, index } = facts;
  const { isCompact, limit, paint, symbols } = options;
  const shown = mostTelling(applications, index, limit);
  const left = applications.length - shown.length;
  const branchOf = isCompact ? compactBranch : applicationBranch;
  const more: Branch[] =
    left === 0
      ? []
      : [leaf(paint.dim(`${symbols.ellipsis} ${left} more of ${applications.length}, which --limit 0 shows`))];
  const root = {
    text: rootText(facts, options),
    children: [...shown.map((node) => branchOf(node, facts, options)), ...more],
  };
  return `${[...treeRows(root, symbols), '', sumOf(facts, options)].join('\n')}\n`;
}

function rootText({ connection }: TreeFacts, { paint, symbols, context }: TreeViewOptions): string {
  const { name, found, resource } = connection;
  const state = found?.report?.state ?? resource?.status?.connectionState ?? 'no state yet';
  const runtime = found?.report?.runtimeId;
  const isGone = resource === undefined && connection.notPermitted.length === 0;
  const isBad = !['Synchronized', 'Connected'].includes(state);
  return [
    `CompassConnection ${paint.bold(plain(name, symbols))}`,
    isBad ? problem(state, 'error', { paint, symbols }) : plain(state, symbols),
    ...(isGone ? [problem('gone, this is its last report', 'error', { paint, symbols })] : []),
    ...(runtime ? [paint.dim(`runtime ${short(plain(runtime, symbols))}`)] : []),
    ...(context ? [paint.dim(`(k8s: ${plain(context, symbols)})`)] : []),
  ].join('  ');
}

function applicationBranch(node: ApplicationNode, facts: TreeFacts, options: TreeViewOptions): Branch {
  return {
    text: applicationText(node, options),
    children: node.bundles.map((bundle) => bundleBranch(bundle, facts, options)),
  };
}

function applicationText(node: ApplicationNode, { paint, symbols }: TreeViewOptions): string {
  const trouble = applicationProblem(node);
  const mark = trouble === undefined ? '' : `  ${problem(trouble, severityOf(node), { paint, symbols })}`;
  return `Application ${paint.bold(plain(node.name, symbols))}${mark}`;
}

function severityOf({ readiness }: ApplicationNode): 'warning' | 'error' {
  return readiness.ready === 'False' ? 'error' : 'warning';
}

function compactBranch(node: ApplicationNode, { index }: TreeFacts, options: TreeViewOptions): Branch {
  const { paint, symbols } = options;
  const { bundles, apis, events, secrets } = countsOf([node], index);
  const missing = missingSecrets(node, index).length;
  const counts = [count(bundles, 'bundle'), count(apis, 'API'), count(events, 'event'), count(secrets, 'Secret')];
  const parts = [
    applicationText(node, options),
    ...(node.inCluster ? [paint.dim(counts.join(symbols.dot))] : []),
    ...(missing > 0 ? [problem(`${count(missing, 'Secret')} missing`, 'error', { paint, symbols })] : []),
  ];
  return leaf(parts.join('  '));
}

function bundleBranch(bundle: BundleNode, facts: TreeFacts, options: TreeViewOptions): Branch {
  const { symbols } = options;
  return {
    text: `Bundle ${plain(bundle.displayName || bundle.name, symbols)}`,
    children: [
      ...bundle.secrets.map((secret) => leaf(secretText(secret, facts, options))),
      ...bundle.apis.map((api) => apiBranch(api, options)),
      ...bundle.events.map(({ name }) => leaf(`Event ${plain(name, symbols)}`)),
    ],
  };
}

function apiBranch({ name, gatewayUrl, targetUrl }: ApiNode, { symbols }: TreeViewOptions): Branch {
  const urls = [
    ...(gatewayUrl ? [leaf(`gateway ${plain(gatewayUrl, symbols)}`)] : []),
    ...(targetUrl ? [leaf(`target  ${plain(targetUrl, symbols)}`)] : []),
  ];
  return { text: `API ${plain(name, symbols)}`, children: urls };
}

/** Where it is, what for, and since when its content is as it is; or what is wrong with it. */
function secretText(
  { name, use, authentication }: NamedSecret,
  { connection, index }: TreeFacts,
  { paint, symbols, now }: TreeViewOptions,
): string {
  const secret = index.factsOf(name);
  const where = plain(`${connection.places.integrationNamespace}/${name}`, symbols);
  const about = plain(authentication ?? use, symbols);
  if (secret.state === 'missing') return `Secret ${where} ${about}  ${problem('missing', 'error', { paint, symbols })}`;
  if (secret.state === 'not permitted') return `Secret ${where} ${about}  ${paint.dim('not permitted to look')}`;
  const since = contentSince(secret);
  return `Secret ${where} ${about}${since ? paint.dim(`  ${age(since, now)} old`) : ''}`;
}

function sumOf({ applications, index, secrets }: TreeFacts, { paint, symbols }: TreeViewOptions): string {
  const counts = countsOf(applications, index);
  const asOf = secrets.published === undefined ? '' : ' as of the last synchronization';
  const parts = [
    count(counts.applications, 'Application'),
    ...(counts.failed > 0 ? [paint.red(`${counts.failed} failed`)] : []),
    ...(counts.held > 0 ? [paint.yellow(`${count(counts.held, 'deletion')} held`)] : []),
    count(counts.bundles, 'bundle'),
    count(counts.apis, 'API'),
    count(counts.events, 'event'),
    `${count(counts.secrets, 'Secret')}${asOf}`,
    ...(counts.missingSecrets > 0 ? [paint.red(`${counts.missingSecrets} missing`)] : []),
  ];
  return parts.join(symbols.dot);
}

function problem(text: string, severity: 'warning' | 'error', { paint, symbols }: Style): string {
  const marked = `${symbols.mark[severity]} ${plain(text, symbols)}`;
  return severity === 'error' ? paint.red(marked) : paint.yellow(marked);
}

function leaf(text: string): Branch {
  return { text, children: [] };
}

import { readFile } from 'node:fs/promises';
import { type Document, isMap, isNode, isSeq, parseAllDocuments, type YAMLMap } from 'yaml';
import { code, madeFrom, page, table, text } from './markdown.ts';

/** A rule (rbac.authorization.k8s.io/v1), and the comment above it. */
interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const PARTS: readonly { readonly title: string; readonly about: string; readonly files: readonly string[] }[] = [
  {
    title: 'The sidecar',
    about: `Its ServiceAccount \`compass-sidecar\` has these rights, and no other. \`kubectl compass check\` compares what it may do with what
it needs, in both directions.`,
    files: [
      'rights/cluster.yaml',
      'rights/own-namespace.yaml',
      'rights/integration-namespace.yaml',
      'rights/events.yaml',
    ],
  },
  {
    title: 'With the component for Istio',
    about: 'Only with `--set istioCa=true`, for clusters whose gateway reads the CA of Compass.',
    files: ['components/istio-ca/rights.yaml'],
  },
  {
    title: 'People',
    about: `Members of \`compass-viewers\` and \`compass-operators\`; an operator is a viewer, too. Nobody is in these groups until an
administrator puts them in.`,
    files: ['rights/people.yaml'],
  },
];

const INTRODUCTION = `What each rule of \`sidecar/deploy\` is for. A right on a name is for this object alone; \`create\` knows no names in RBAC, so that
it is always for the whole kind. What else there is: \`kubectl compass inject\` gives a workload’s account a Role to read the one client
Secret ([neighbours](neighbours.md)), and \`kubectl compass migrate from-agent\` gives the sidecar the agent’s Secrets by their names
([migrating](migrate.md)).`;

/** What each RBAC rule of the manifests is for, by the comments that stand above them. Throws where one has no comment. */
export async function rightsPage(deployFolder: URL): Promise<string> {
  const parts = await Promise.all(
    PARTS.map(async ({ title, about, files }) => {
      const roles = await Promise.all(files.map((file) => rolesOf(file, deployFolder)));
      return [`## ${title}`, about, ...roles.flat(2)];
    }),
  );
  return page(madeFrom('sidecar/deploy'), '# Rights', INTRODUCTION, ...parts.flat());
}

async function rolesOf(file: string, folder: URL): Promise<readonly (readonly string[])[]> {
  const documents = parseAllDocuments(await readFile(new URL(file, folder), 'utf8'));
  return documents
    .filter((document) => /^(?:Cluster)?Role$/.test(String(document.get('kind'))))
    .map((document) => rolePart(document, file));
}

function rolePart(document: Document, file: string): readonly string[] {
  const { kind, metadata } = document.toJS() as {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace?: string };
  };
  const where = metadata.namespace === undefined ? '' : ` in ${code(metadata.namespace)}`;
  const rows = rulesOf(document, file).map(([rule, why]) => [objectsOf(rule), rule.verbs.join(', '), text(why)]);
  return [`### ${kind} ${code(metadata.name)}${where}`, table(['objects', 'verbs', 'what for'], rows)];
}

function rulesOf(document: Document, file: string): readonly (readonly [Rule, string])[] {
  const rules = document.get('rules');
  if (!isSeq(rules)) throw new Error(`${file}: a role without rules`);
  return rules.items.filter(isMap).map((item: YAMLMap, index) => {
    // What stands above the first one is the list's own comment.
    const comment = index === 0 ? rules.commentBefore : isNode(item) ? item.commentBefore : undefined;
    if (!comment) throw new Error(`${file}: a rule without a comment that says what for: ${String(item)}`);
    const lines = comment.split('\n').map((line) => line.trim());
    return [item.toJSON() as Rule, lines.join(' ')];
  });
}

/** As kubectl takes it: `compassconnections.compass.kyma-project.io/status`. */
function fullName(resource: string, group: string): string {
  const [plural = '', subresource] = resource.split('/');
  const full = group === '' ? plural : `${plural}.${group}`;
  return subresource === undefined ? full : `${full}/${subresource}`;
}

function objectsOf({ apiGroups, resources, resourceNames = [] }: Rule): string {
  const [group = ''] = apiGroups;
  const kinds = resources.map((resource) => code(fullName(resource, group))).join(', ');
  return resourceNames.length === 0 ? kinds : `${kinds}: ${resourceNames.map(code).join(', ')}`;
}

import { CompassError } from '#common/errors.ts';
import { isRecord, type JsonRecord } from '#common/json.ts';
import type { Template } from '../template.ts';
import { everyNode, nodesAlong, toValue, type YamlNode } from './nodes.ts';

/** Something in a text that has a Pod template. */
export interface ManifestWorkload {
  /** The kind, `Pod template` for one without any. */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly root: YamlNode;
  /** From the document to the template; a number is that of an item of a List. */
  readonly path: readonly string[];
  readonly template: Template;
}

/** Where the Pod template is in each kind; a Pod is like one. */
const TEMPLATE_PATHS: Readonly<Record<string, readonly string[]>> = {
  'apps/v1/Deployment': ['spec', 'template'],
  'apps/v1/StatefulSet': ['spec', 'template'],
  'apps/v1/DaemonSet': ['spec', 'template'],
  'v1/PodTemplate': ['template'],
  'v1/Pod': [],
};

/** Everything in a document that has a Pod template; of a List its items. All other documents are none of ours. */
export function workloadsIn(document: YamlNode): readonly ManifestWorkload[] {
  const items = nodesAlong(document, ['items']).at(-1);
  const kind = textAt(document, 'kind');
  const isList = kind.endsWith('List') && items?.type === 'list';
  return (isList ? items.items : [document]).flatMap((root) => workloadOf(root) ?? []);
}

function workloadOf(root: YamlNode): ManifestWorkload | undefined {
  const kind = textAt(root, 'kind');
  const path = kind === '' ? barePath(root) : TEMPLATE_PATHS[`${textAt(root, 'apiVersion')}/${kind}`];
  if (!path) return undefined;
  const named = nodesAlong(root, ['metadata']);
  const metadata = named[1] ?? root;
  const template = templateAt(root, path, kind);
  const namespace = textAt(metadata, 'namespace');
  return {
    kind: kind === '' ? 'Pod template' : kind,
    name: named[1] ? textAt(metadata, 'name') : '',
    namespace: namespace === '' ? undefined : namespace,
    root,
    path,
    template,
  };
}

/** A template by itself has no kind, but a spec with containers. */
function barePath(root: YamlNode): readonly string[] | undefined {
  const path = ['spec', 'containers'];
  return textAt(root, 'apiVersion') === '' && nodesAlong(root, path).length > path.length ? [] : undefined;
}

function templateAt(root: YamlNode, path: readonly string[], kind: string): JsonRecord {
  const nodes = nodesAlong(root, path);
  const node = nodes.at(-1);
  const value = nodes.length > path.length && node ? toValue(node) : undefined;
  if (!isRecord(value)) throw new CompassError('Usage', `a ${kind} in it has no Pod template that could be read`);
  return value;
}

function textAt(node: YamlNode, key: string): string {
  const value = nodesAlong(node, [key])[1];
  return value?.type === 'scalar' && typeof value.value === 'string' ? value.value : '';
}

/** As messages name it: `Deployment shop/orders`. */
export function workloadName({ kind, name, namespace }: ManifestWorkload): string {
  return [kind, [namespace, name].filter(Boolean).join('/')].filter((part) => part !== '').join(' ');
}

/**
 * Throws ConfigurationBlocked where the template is not written out: a part that also stands elsewhere, by an alias or a merge
 * key, cannot be changed in one place alone.
 */
export function requireWrittenOut(workload: ManifestWorkload, document: YamlNode): void {
  const aliases = new Set([...everyNode(document)].flatMap((node) => (node.type === 'alias' ? [node.name] : [])));
  const template = nodesAlong(workload.root, workload.path).at(-1);
  const along = nodesAlong(workload.root, workload.path);
  const nodes = [...along, ...(template ? [...everyNode(template)] : [])];
  const isShared = nodes.some(
    (node) =>
      node.type === 'alias' ||
      (node.anchor !== undefined && aliases.has(node.anchor)) ||
      (node.type === 'mapping' && node.entries.some(({ key }) => key === '<<')),
  );
  if (!isShared) return;
  const message = `${workloadName(workload)} shares parts of its Pod template by anchors and aliases: write them out first`;
  throw new CompassError('ConfigurationBlocked', `${message}; nothing was changed`);
}

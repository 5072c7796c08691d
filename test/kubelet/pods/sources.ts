import type { Cluster } from '#common/cluster/cluster.ts';
import { type CONFIG_MAP, type ConfigMap, SECRET, type Secret } from '#common/cluster/objects.ts';
import type { Pod } from '../pod.ts';

/** Something that the Pod names is not there: it waits, and is looked for again. */
export class Missing extends Error {}

/** The values of a Secret or a ConfigMap; without it `{}` where it is optional, else throws Missing. */
export async function valuesOf(
  cluster: Cluster,
  kind: typeof SECRET | typeof CONFIG_MAP,
  namespace: string,
  { name, optional = false }: { readonly name: string; readonly optional?: boolean | undefined },
): Promise<Readonly<Record<string, Buffer>>> {
  const found = await cluster.find<Secret | ConfigMap>({ kind, namespace, name });
  if (!found && optional) return {};
  if (!found) throw new Missing(`${kind.kind.toLowerCase()} "${name}" not found`);
  const encoding = kind === SECRET ? 'base64' : 'utf8';
  const entries = Object.entries(found.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, encoding)]));
}

/** What a fieldRef names (Kubernetes, "Downward API"). */
export function fieldOf({ metadata, spec }: Pod, path: string): string {
  const [, list, key] = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path) ?? [];
  if (list && key) return metadata[list as 'labels' | 'annotations']?.[key] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'spec.nodeName':
      return spec.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default';
    case 'status.podIP':
    case 'status.hostIP':
      return '127.0.0.1';
    case 'metadata.labels':
    case 'metadata.annotations':
      return Object.entries(metadata[path.slice(9) as 'labels' | 'annotations'] ?? {})
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join('\n');
    default:
      throw new Missing(`unsupported fieldPath "${path}"`);
  }
}

import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { ownObjectNames, SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { list, type Reading, reading } from './reading.ts';
import type { MissingRight } from './right.ts';

/** Where a sidecar is unless something else is said. */
export const DEFAULT_NAMESPACE = 'compass-system';

/** Where to look: undefined means everywhere, and where only a name is known `compass-system`. */
export interface SearchPlace {
  readonly namespace?: string | undefined;
}

/** What a sidecar's objects are found by. */
export const SIDECAR_SELECTOR = Object.entries(SIDECAR_LABELS)
  .map(([key, value]) => `${key}=${value}`)
  .join(',');

/** A report and the ConfigMap that it lies in. */
export interface FoundReport {
  readonly connection: string;
  readonly namespace: string;
  /** Undefined where the ConfigMap holds none that this version can read. */
  readonly report: Report | undefined;
}

/** What is said of a report that is there, and that this version cannot read. */
export function unreadableReport({ namespace }: Pick<FoundReport, 'namespace'>): string {
  return `the report in namespace ${namespace} cannot be read: the plugin may be too old for it`;
}

/** Whether a search ended with a report, and not with a missing right or nothing. */
export function isFound(found: FoundReport | MissingRight | undefined): found is FoundReport {
  return found !== undefined && 'connection' in found;
}

/** The reports of all sidecars, by their label; none where they may not be listed, since one by name may still be read. */
export async function fetchReports(cluster: Cluster, { namespace }: SearchPlace): Promise<Reading<FoundReport>> {
  const right = { verb: 'list', resource: 'configmaps', namespace };
  const found = await reading(right, () =>
    list<ConfigMap>(cluster, CONFIG_MAP, { namespace, labelSelector: SIDECAR_SELECTOR }),
  );
  return { ...found, items: found.items.filter((map) => map.data?.[REPORT_KEY] !== undefined).map(toReport) };
}

/** The report that a ConfigMap holds. */
export function toReport({ metadata, data }: ConfigMap): FoundReport {
  const report = readReport(data?.[REPORT_KEY]);
  const { name, namespace = '' } = metadata;
  return { connection: report?.connection ?? name.replace(/-report$/, ''), namespace, report };
}

/** One report by name, where the label was not found or may not be asked for. */
export async function findReport(
  cluster: Cluster,
  connection: string,
  { namespace = DEFAULT_NAMESPACE }: SearchPlace,
): Promise<FoundReport | MissingRight | undefined> {
  const right = { verb: 'get', resource: 'configmaps', namespace };
  const ref = { kind: CONFIG_MAP, name: ownObjectNames(connection).report, namespace };
  const { items, denied } = await reading(right, async () => {
    const map = await cluster.find<ConfigMap>(ref);
    return map ? [map] : [];
  });
  const [map] = items;
  return map ? { ...toReport(map), connection } : denied;
}

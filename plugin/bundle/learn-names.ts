import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import type { Report } from '#common/resources/report.ts';
import type { SyncPlan } from '#common/sync/plan-document.ts';
import type { Pseudonyms } from './redaction/pseudonyms.ts';

/** Has the names of all Applications replaced; false where they may not be listed, or not now. */
export async function learnApplications(cluster: Cluster, pseudonyms: Pseudonyms): Promise<boolean> {
  try {
    for await (const { items } of cluster.listPages<KubeObject>(APPLICATION, { metadataOnly: true })) {
      for (const { metadata } of items) pseudonyms.learn(metadata.name);
    }
    return true;
  } catch (error) {
    if (hasReason(error, 'NotInstalled', 'ClusterNotFound')) return true;
    if (error instanceof CompassError) return false;
    throw error;
  }
}

/** The names that a report tells of: also of what is no longer, or not yet, in the cluster. */
export function learnReported(report: Report, pseudonyms: Pseudonyms): void {
  const { failures, held, changes, suspended, requests } = report;
  const names = [...(failures ?? []).map(({ name }) => name), ...(held?.names ?? [])];
  const changed = (changes ?? []).filter(({ kind }) => kind === APPLICATION.kind).map(({ name }) => name);
  for (const name of [...names, ...changed]) pseudonyms.learn(name);
  for (const by of [suspended?.by, ...(requests ?? []).map((request) => request.by)]) {
    if (by !== undefined) pseudonyms.learn(by, 'name');
  }
}

/** The names in a plan, and those that the Director has for them. */
export function learnPlanned({ entries }: SyncPlan, pseudonyms: Pseudonyms): void {
  for (const { kind, name, application, listedAs } of entries) {
    const ofApplication = kind === APPLICATION.kind ? name : application;
    for (const one of [ofApplication, listedAs]) if (one !== undefined) pseudonyms.learn(one);
  }
}

import { dryRunNote } from '../dry-run.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import type { ChangedObject, InjectionResult } from './result.ts';

/** The result in every format; of manifests the text is these, byte for byte. */
export function injectionView(result: InjectionResult, now: number): Result {
  return {
    document: () => injectionDocument(result, now),
    names: result.workloads.map(fullName),
    text: () => result.manifest ?? result.workloads.map((workload) => `${formatWorkload(workload, result)}\n`).join(''),
  };
}

function injectionDocument(
  { kind, workloads, manifest, sidecar, rights, notes, warnings, rollout, dryRun }: InjectionResult,
  now: number,
): ReportDocument {
  const status = dryRun === 'none' ? statusOf(workloads) : 'DryRun';
  const { mode, native, image, secret, folder } = sidecar ?? {};
  return {
    ...documentHead(kind, { status, exitCode: 0 }, now),
    ...(dryRun === 'none' ? {} : { dryRun }),
    ...{ workloads, rights, notes, warnings },
    ...(sidecar && secret
      ? { sidecar: { mode, native, image, folder, secret: `${secret.namespace}/${secret.name}` } }
      : {}),
    ...(manifest === undefined ? {} : { manifest }),
    ...(rollout === undefined ? {} : { rollout }),
  };
}

function statusOf(workloads: readonly ChangedObject[]): string {
  const actions = new Set(workloads.map(({ action }) => action).filter((action) => action !== 'unchanged'));
  const [action, ...more] = actions;
  if (action === undefined) return 'Unchanged';
  return more.length > 0 ? 'Changed' : `${action[0]?.toUpperCase()}${action.slice(1)}`;
}

function formatWorkload(workload: ChangedObject, { sidecar, dryRun }: InjectionResult): string {
  const form = sidecar?.native ? 'native sidecar' : 'container';
  const how = sidecar && workload.action !== 'unchanged' ? ` (${sidecar.mode}, ${form})` : '';
  return `${fullName(workload)} ${workload.action}${how}${dryRunNote(dryRun)}`;
}

/** As kubectl names it: `deployment.apps/orders`. */
function fullName({ kind, name }: ChangedObject): string {
  const group = ['Deployment', 'StatefulSet', 'DaemonSet'].includes(kind) ? '.apps' : '';
  return `${kind.toLowerCase().replace(' ', '')}${group}/${name}`;
}

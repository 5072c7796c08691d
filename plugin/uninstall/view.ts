import { dryRunNote } from '../dry-run.ts';
import { fullName } from '../install/kinds.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';
import type { Belonging } from './belongings.ts';
import type { UninstallResult } from './run.ts';

export const UNINSTALL_DOCUMENT_KIND = 'UninstallResult';

/** The result in every format. */
export function uninstallView(result: UninstallResult, now: number, symbols: Symbols): Result {
  return {
    document: () => uninstallDocument(result, now),
    names: result.removed.map(nameOf),
    text: () =>
      lines(result)
        .map((line) => `${plain(line, symbols)}\n`)
        .join(''),
  };
}

function nameOf({ ref: { kind, name } }: Belonging): string {
  return fullName({ apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name } });
}

function uninstallDocument(
  result: UninstallResult,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  const { namespace, connection, dryRun, plan, removed, kept, applications, definitions, revocation } = result;
  const status = dryRun === 'none' ? (plan.length === 0 ? 'NotInstalled' : 'Uninstalled') : 'DryRun';
  return {
    ...documentHead(UNINSTALL_DOCUMENT_KIND, { status, exitCode: 0 }, now),
    namespace,
    connection,
    ...(dryRun === 'none' ? {} : { dryRun }),
    plan,
    removed: removed.map(objectDocument),
    kept: kept.map((one) => ({ ...objectDocument(one), reason: one.keptBecause })),
    ...(applications ? { applications } : {}),
    ...(definitions.length > 0
      ? {
          definitions: definitions.map(({ name, keptBecause }) => ({
            name,
            action: keptBecause === undefined ? 'deleted' : 'kept',
            ...(keptBecause === undefined ? {} : { reason: keptBecause }),
          })),
        }
      : {}),
    ...(revocation === undefined ? {} : { revocation }),
  };
}

function objectDocument({ ref: { kind, name, namespace }, keys }: Belonging): object {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(keys ? { keys } : {}),
  };
}

function lines(result: UninstallResult): readonly string[] {
  const { namespace, dryRun, plan, removed, kept, applications = [], definitions, revocation } = result;
  const note = dryRunNote(dryRun);
  if (plan.length === 0)
    return [`there is no sidecar in namespace ${namespace}, and nothing to remove${note}`, ...keptLines(kept)];
  return [
    ...(revocation === undefined ? [] : [`revocation: ${revocation}`]),
    ...applications.map((name) => `application.applicationconnector.kyma-project.io/${name} deleted`),
    ...removed.map(
      (one) => `${nameOf(one)} ${one.keys ? `without ${one.keys.join(', ')}` : 'deleted'}${where(one)}${note}`,
    ),
    ...definitions.map(({ name, keptBecause }) => {
      const became = keptBecause === undefined ? `deleted${note}` : `kept: ${keptBecause}`;
      return `customresourcedefinition.apiextensions.k8s.io/${name} ${became}`;
    }),
    ...keptLines(kept),
    dryRun === 'none'
      ? `uninstalled compass-sidecar from namespace ${namespace} (${removed.length} objects)`
      : `compass-sidecar would be uninstalled from namespace ${namespace}${note}`,
  ];
}

function keptLines(kept: readonly Belonging[]): readonly string[] {
  return kept.map((one) => `${nameOf(one)} kept${where(one)}: ${one.keptBecause}`);
}

function where({ ref: { namespace } }: Belonging): string {
  return namespace === undefined ? '' : ` in ${namespace}`;
}

import type { KubeObject } from '#common/cluster/objects.ts';
import { VERSION } from '#common/version.ts';
import { formatSeconds } from '../connect/seconds.ts';
import { dryRunNote } from '../dry-run.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Result } from '../output/print.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';
import type { AppliedObject } from './apply.ts';
import type { FieldChange } from './changes.ts';
import type { DefinitionPlan } from './definitions.ts';
import { fullName } from './kinds.ts';
import type { RollOutResult } from './roll-out.ts';

export const INSTALL_DOCUMENT_KIND = 'InstallResult';
export const UPGRADE_DOCUMENT_KIND = 'UpgradeResult';

/** The result in every format. */
export function rollOutView(
  result: RollOutResult,
  { kind, now, symbols }: { readonly kind: string; readonly now: number; readonly symbols: Symbols },
): Result {
  return {
    document: () => rollOutDocument(result, kind, now),
    names: [
      ...madeDefinitions(result).map(({ ours }) => fullName(ours)),
      ...result.objects.map(({ object }) => fullName(object)),
    ],
    text: () => formatRollOut(result, symbols),
  };
}

function madeDefinitions({ definitions }: RollOutResult): readonly DefinitionPlan[] {
  return definitions.filter(({ action }) => action === 'created' || action === 'replaced');
}

function rollOutDocument(
  { dryRun, values, previous, definitions, objects, rollout, elapsedMs }: RollOutResult,
  kind: string,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  const { namespace, integrationNamespace, connectionName, image, replicas } = values;
  return {
    ...documentHead(kind, { status: dryRun === 'none' ? 'Applied' : 'DryRun', exitCode: 0 }, now),
    version: VERSION,
    ...(previous === undefined ? {} : { previousVersion: previous }),
    ...(dryRun === 'none' ? {} : { dryRun }),
    namespace,
    integrationNamespace,
    connection: connectionName,
    image,
    replicas,
    definitions: definitions.map(({ ours, action, text, losses, hasStatus, isServed }) => ({
      name: ours.metadata.name,
      action,
      message: text,
      statusSubresource: isServed && hasStatus,
      ...(losses.length > 0 ? { losses } : {}),
    })),
    objects: objects.map(objectDocument),
    ...(rollout && { rollout: { replicas: rollout.replicas, ready: rollout.ready, started: rollout.started } }),
    elapsedSeconds: Math.round(elapsedMs / 100) / 10,
  };
}

function objectDocument({ object, action, changes, unchecked }: AppliedObject): object {
  const { namespace, name } = object.metadata;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name,
    ...(namespace === undefined ? {} : { namespace }),
    action,
    ...(unchecked ? { unchecked } : {}),
    ...(changes.length > 0 ? { changes: changes.map(({ path, before, after }) => ({ path, before, after })) } : {}),
  };
}

/** What was changed; what is as before is a number. */
function formatRollOut(result: RollOutResult, symbols: Symbols): string {
  const note = dryRunNote(result.dryRun);
  const definitions = result.definitions.map(({ ours, action, text }) => {
    return `${fullName(ours)} ${action}${note}${text === '' ? '' : `: ${text}`}`;
  });
  const objects = result.objects
    .filter(({ action }) => action !== 'unchanged')
    .flatMap(({ object, action, changes }) => [
      `${fullName(object)} ${action}${inNamespace(object)}${note}`,
      ...changes.map((change) => `  ${formatChange(change, symbols)}`),
    ]);
  return [...definitions, ...objects, summary(result)].map((line) => `${plainLine(line, symbols)}\n`).join('');
}

function inNamespace({ metadata: { namespace } }: KubeObject): string {
  return namespace === undefined ? '' : ` in ${namespace}`;
}

/** Keeps the blanks that a line begins with. */
function plainLine(line: string, symbols: Symbols): string {
  const text = line.trimStart();
  return line.slice(0, line.length - text.length) + plain(text, symbols);
}

/** Longer values are shown by -o json. */
const LONGEST_VALUE = 60;

function formatChange({ path, before, after }: FieldChange, { arrow }: Symbols): string {
  if (before === undefined) return `+ ${path}: ${formatValue(after)}`;
  if (after === undefined) return `- ${path}: ${formatValue(before)}`;
  return `~ ${path}: ${formatValue(before)} ${arrow} ${formatValue(after)}`;
}

function formatValue(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function summary(result: RollOutResult): string {
  const { dryRun, values, wasInstalled, objects, rollout, elapsedMs } = result;
  const changed = objects.filter(({ action }) => action !== 'unchanged').length + madeDefinitions(result).length;
  const where = `in namespace ${values.namespace}`;
  if (dryRun !== 'none') {
    return `compass-sidecar ${VERSION} ${where}: ${counted(changed)} would change${dryRunNote(dryRun)}`;
  }
  const did = wasInstalled ? upgraded(result) : `installed compass-sidecar ${VERSION}`;
  const came = rollout ? rollout.text : 'not waited for';
  return `${did} ${where} (${counted(changed)} changed; ${came}, ${formatSeconds(elapsedMs)})`;
}

function upgraded({ previous }: RollOutResult): string {
  if (previous === undefined || previous === VERSION) return `applied compass-sidecar ${VERSION}`;
  return `upgraded compass-sidecar from ${previous} to ${VERSION}`;
}

function counted(count: number): string {
  return count === 1 ? '1 object' : `${count} objects`;
}

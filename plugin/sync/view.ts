import { REASONS, type Reason } from '#common/errors.ts';
import { describeSuspension } from '#common/resources/suspension.ts';
import type { Style } from '../command.ts';
import { dryRunNote } from '../dry-run.ts';
import { atCluster, nextFor, type Place, remediationOf } from '../failure.ts';
import { documentHead, type Remediation, type ReportDocument } from '../output/document.ts';
import { shellWord } from '../output/shell-words.ts';
import { plain } from '../output/text.ts';
import type { SyncResult, SyncVerdict } from './result.ts';

export const SYNC_DOCUMENT_KIND = 'SyncResult';

/** The result for programs. Additive changes only. */
export function syncDocument(
  result: SyncResult,
  verdict: SyncVerdict,
  { now, place }: { readonly now: number; readonly place: Place },
): ReportDocument & { readonly [part: string]: unknown } {
  const {
    connection,
    id,
    dryRun,
    request,
    leader,
    counts,
    incompleteBecause,
    changes,
    failures,
    held,
    suspended,
    state,
    tookMs,
  } = result;
  const { status, exitCode, reason, message = '' } = verdict;
  return {
    ...documentHead(SYNC_DOCUMENT_KIND, { status, exitCode }, now),
    connection,
    ...(dryRun === 'none' ? {} : { dryRun }),
    ...(id === undefined ? {} : { request: { id, ...accepted(request, leader) } }),
    ...(counts ? { counts } : {}),
    ...(incompleteBecause === undefined ? {} : { incompleteBecause }),
    ...(request?.revision === undefined ? {} : { revision: request.revision }),
    changes: changes.map(({ kind, name, action, cause = '' }) => ({ kind, name, action, cause })),
    failures,
    ...(held ? { held } : {}),
    ...(suspended ? { suspended } : {}),
    ...(state === undefined ? {} : { state }),
    ...(tookMs === undefined ? {} : { tookSeconds: Math.round(tookMs / 100) / 10 }),
    ...(reason === undefined
      ? {}
      : {
          error: { code: REASONS[reason].code, reason, message },
          remediation: [remediation(result, reason, place)],
        }),
  };
}

function accepted(request: SyncResult['request'], leader: string | undefined): object {
  if (!request) return {};
  const { accepted: at, finished } = request;
  return { accepted: at, ...(finished ? { finished } : {}), ...(leader ? { by: leader } : {}) };
}

/** Failed Applications that are named one by one; -o wide and -o json have all that the report names. */
const NAMED = 10;

export interface SyncViewOptions extends Style {
  readonly place: Place;
  /** Also what was changed. */
  readonly isWide: boolean;
}

/** The result for people: what was listed, what came of it, and each Application that failed with what to do. */
export function formatSync(result: SyncResult, verdict: SyncVerdict, options: SyncViewOptions): string {
  const lines = result.request || result.state !== undefined ? [...outcome(result, verdict, options)] : [asked(result)];
  return lines.map((line) => `${line}\n`).join('');
}

function asked({ connection, id, dryRun }: SyncResult): string {
  const request = id === undefined ? '' : ` (request ${id})`;
  const did = dryRun === 'none' ? 'sync requested' : 'sync would be requested';
  return `compassconnection/${connection} ${did}${dryRun === 'none' ? request : dryRunNote(dryRun)}`;
}

function outcome(result: SyncResult, verdict: SyncVerdict, options: SyncViewOptions): string[] {
  const { state, counts } = result;
  if (!counts) {
    const said = verdict.message ?? `compassconnection/${result.connection} synchronized`;
    return [`${said}${took(result)}${state === undefined ? '' : '; an agent without a report tells no more'}`];
  }
  const { failures, unnamed } = result;
  const shown = options.isWide ? failures : failures.slice(0, NAMED);
  const others = failures.length - shown.length + unnamed;
  return [
    listed(counts, options) + incomplete(result, options),
    counted(result, counts, options),
    ...(options.isWide ? result.changes.map((change) => `  ${describeChange(change, options)}`) : []),
    ...failed(shown, options),
    ...(others > 0 ? [`  and ${others} more: ${atCluster('kubectl compass status -o wide', options.place)}`] : []),
    ...suspendedLines(result, verdict, options),
    ...heldLines(result, verdict, options),
  ];
}

function listed({ listed: number = 0, pages = 0 }: Readonly<Record<string, number>>, { symbols }: Style): string {
  const applications = number === 1 ? '1 application' : `${number} applications`;
  const mark = symbols.unicode ? '◎ ' : '';
  return `${mark}director ${pages === 1 ? '1 page' : `${pages} pages`}, ${applications}`;
}

function incomplete({ incompleteBecause: why }: SyncResult, { paint, symbols }: Style): string {
  return why === undefined ? '' : paint.yellow(` (incomplete: ${plain(why, symbols)})`);
}

function counted(result: SyncResult, counts: Readonly<Record<string, number>>, { paint, symbols }: Style): string {
  const { created = 0, updated = 0, deleted = 0, unchanged = 0, failed: bad = 0 } = counts;
  const failing = `${symbols.mark.error} ${bad} failed`;
  const parts = [`+ ${created} created`, `~ ${updated} updated`, `- ${deleted} deleted`, `= ${unchanged} unchanged`];
  return [...parts, ...(bad > 0 ? [paint.red(failing)] : [])].join('   ') + took(result);
}

function took({ tookMs }: SyncResult): string {
  return tookMs === undefined ? '' : `   (${(tookMs / 1_000).toFixed(1)}s)`;
}

function failed(failures: SyncResult['failures'], { paint, symbols, place }: SyncViewOptions): string[] {
  const rows = failures.map(
    (failure) => [plain(failure.name, symbols), plain(failure.reason, symbols), typeable(failure)] as const,
  );
  const nameWidth = Math.max(0, ...rows.map(([name]) => name.length));
  const reasonWidth = Math.max(0, ...rows.map(([, reason]) => reason.length));
  return rows.map(([name, reason, argument]) => {
    const command = paint.bold(describeCommand(plain(argument, symbols), place));
    return `  ${paint.red(symbols.mark.error)} ${name.padEnd(nameWidth)}   ${reason.padEnd(reasonWidth)}   ${command}`;
  });
}

const CHANGE_MARKS: Readonly<Record<string, string>> = { created: '+', updated: '~', renamed: '~', deleted: '-' };

function describeChange({ action, kind, name, cause = '' }: SyncResult['changes'][number], { symbols }: Style): string {
  const why = cause === '' ? '' : `   ${plain(cause, symbols)}`;
  return `${CHANGE_MARKS[action] ?? '?'} ${kind} ${plain(name, symbols)} ${plain(action, symbols)}${why}`;
}

/** Said as long as it lasts, also where there is nothing to delete. */
function suspendedLines(
  { counts = {}, suspended }: SyncResult,
  verdict: SyncVerdict,
  { paint, symbols, place }: SyncViewOptions,
): string[] {
  if (counts['suspended'] === undefined) return [];
  const waiting = counts['suspended'];
  const what = suspended ? describeSuspension(suspended) : 'deletions are suspended';
  const stay = waiting === 0 ? '' : `; ${waiting} not listed any more, and kept`;
  return [
    `  ${paint.yellow(symbols.mark.warning)} ${plain(what, symbols)}${stay}`,
    ...(verdict.reason === 'Suspended' ? [`    ${paint.bold(nextFor('Suspended', place))}`] : []),
  ];
}

function heldLines(result: SyncResult, verdict: SyncVerdict, { paint, symbols, place }: SyncViewOptions): string[] {
  const count = result.counts?.['held'] ?? 0;
  if (count === 0) return [];
  const { id, why } = result.held ?? {};
  const plan = id === undefined ? '' : ` as plan ${plain(id, symbols)}`;
  const deletions = count === 1 ? '1 deletion is' : `${count} deletions are`;
  return [
    `  ${paint.yellow(symbols.mark.warning)} ${deletions} held${plan}${why ? `: ${plain(why, symbols)}` : ''}`,
    ...(verdict.reason === 'DeletionsHeld' ? [`    ${paint.bold(nextFor('DeletionsHeld', place))}`] : []),
  ];
}

/** The Application that failed first, else what the reason asks for. */
function remediation({ failures }: SyncResult, reason: Reason, place: Place): Remediation {
  const [first] = failures;
  if (!first) return remediationOf(nextFor(reason, place));
  const { command: words = [] } = remediationOf(atCluster('kubectl compass describe app', place));
  const flags = words.slice(DESCRIBE.length);
  const argument = typeable(first);
  return { text: describeCommand(argument, place), command: [...DESCRIBE, argument, ...flags] };
}

const DESCRIBE = ['kubectl', 'compass', 'describe', 'app'];

/** The name; the id where another one has the name, or where it looks like a flag or has characters that are not shown as they are. */
function typeable({ name, id, reason }: SyncResult['failures'][number]): string {
  const isClear = reason !== 'NameConflict' && !/^-|[\p{Cc}\p{Cf}]/u.test(name);
  return isClear || !id ? name : id;
}

function describeCommand(name: string, place: Place): string {
  return atCluster(`${DESCRIBE.join(' ')} ${shellWord(name)}`, place);
}

import { REASONS, type Reason } from '#common/errors.ts';
import { VERSION } from '#common/version.ts';
import { remediationOf } from '../failure.ts';
import { documentHead, type Remediation, type ReportDocument } from '../output/document.ts';
import type { ArchivedFile } from './archive-writer.ts';
import type { Collected } from './collectors/collector.ts';
import { ARCHIVE_FORMAT } from './layout.ts';

const MANIFEST_KIND = 'ReportManifest';
export const REPORT_DOCUMENT_KIND = 'ReportArchive';

/** How a collector ended: `partial` has something and misses something, `off` was switched off. */
type CollectorStatus = 'ok' | 'partial' | 'failed' | 'off';

export interface CollectorEntry {
  readonly name: string;
  readonly what: string;
  readonly status: CollectorStatus;
  readonly items: number;
  readonly notes: readonly string[];
  readonly problems: readonly {
    readonly code: string;
    readonly reason: Reason;
    readonly message: string;
    readonly remediation?: readonly Remediation[];
  }[];
}

/** What is not in an archive, and why. */
export interface Withheld {
  readonly what: string;
  readonly why: string;
  /** How often, where that was counted. */
  readonly count?: number;
}

/** All that is to be said about an archive. */
export interface Account {
  readonly at: number;
  readonly connection: string | undefined;
  readonly namespace: string;
  readonly collectors: readonly CollectorEntry[];
  readonly withheld: readonly Withheld[];
  readonly isAnonymized: boolean;
  /** Values of Secrets that were looked for in everything. */
  readonly knownValues: number;
  /** Made-up secrets that the redaction was tried with before anything was read. */
  readonly selfTest: { readonly tried: number };
}

export function entryOf(name: string, what: string, { items, notes, problems }: Collected): CollectorEntry {
  const status = problems.length === 0 ? 'ok' : items > 0 ? 'partial' : 'failed';
  return {
    ...{ name, what, status, items, notes },
    problems: problems.map(({ reason, message, next }) => ({
      ...{ code: REASONS[reason].code, reason, message },
      ...(next === undefined ? {} : { remediation: [remediationOf(next)] }),
    })),
  };
}

export function offEntry(name: string, what: string): CollectorEntry {
  return { name, what, status: 'off', items: 0, notes: [], problems: [] };
}

/** Whether everything that was wanted is there. */
export function isWhole({ collectors }: Account): boolean {
  return collectors.every(({ status }) => status === 'ok' || status === 'off');
}

/** The last file of an archive; `files` are all others. */
export function manifestDocument(account: Account, files: readonly ArchivedFile[]): ReportDocument {
  return { ...headOf(account, MANIFEST_KIND), ...partsOf(account), files } as ReportDocument;
}

/** What the command prints for programs. */
export function reportDocument(
  account: Account,
  archive: { readonly path: string; readonly bytes: number },
): ReportDocument {
  return { ...headOf(account, REPORT_DOCUMENT_KIND), archive, ...partsOf(account) } as ReportDocument;
}

function headOf(account: Account, kind: string): ReportDocument {
  const exitCode = isWhole(account) ? 0 : 1;
  const head = documentHead(kind, { status: exitCode === 0 ? 'Complete' : 'Partial', exitCode }, account.at);
  if (exitCode === 0) return head;
  const { code, next } = REASONS.ReportIncomplete;
  const message = incompleteMessage(account);
  return { ...head, error: { code, reason: 'ReportIncomplete', message }, remediation: [remediationOf(next)] };
}

/** Which parts miss something. */
export function incompleteMessage({ collectors }: Account): string {
  const names = collectors.filter(({ status }) => status === 'partial' || status === 'failed').map(({ name }) => name);
  return `the report misses something of: ${names.join(', ')}`;
}

function partsOf(account: Account): object {
  const { connection, namespace, collectors, withheld, isAnonymized, knownValues, selfTest } = account;
  return {
    format: ARCHIVE_FORMAT,
    plugin: VERSION,
    ...(connection === undefined ? {} : { connection }),
    namespace,
    anonymized: isAnonymized,
    collectors,
    withheld,
    redaction: { knownValues, selfTest: { ...selfTest, passed: true } },
  };
}

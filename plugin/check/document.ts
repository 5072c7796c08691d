import { REASONS } from '#common/errors.ts';
import { remediationOf } from '../failure.ts';
import { documentHead, type Remediation, type ReportDocument } from '../output/document.ts';
import type { Conclusion, PlacedFinding } from './finding.ts';
import { codeOf, isProblem, type Judgement } from './judge.ts';
import { type CommandPlace, nextOf } from './next.ts';
import type { CheckRun } from './run.ts';

export const CHECK_DOCUMENT_KIND = 'CheckReport';

/** One finding, as programs get it. */
interface DocumentResult {
  readonly category: string;
  readonly name: string;
  /** `here`, `agent` or `cluster`. */
  readonly from: string;
  readonly status: string;
  readonly code?: string;
  readonly reason?: string;
  readonly message: string;
  readonly cause?: string;
  readonly localOnly?: boolean;
  readonly facts?: Readonly<Record<string, string>>;
  readonly remediation?: readonly Remediation[];
}

export interface CheckDocument extends ReportDocument {
  readonly connection?: string;
  readonly namespace: string;
  readonly counts: Judgement['counts'];
  readonly results: readonly DocumentResult[];
  readonly conclusions: readonly Conclusion[];
}

export interface DocumentOptions extends CommandPlace {
  readonly kind?: string;
  readonly now: number;
  readonly exitCode: number;
  /** Set where --wait ran out. */
  readonly timedOut?: string | undefined;
}

/** The run for programs: every finding, good ones too. Additive changes only. */
export function checkDocument(run: CheckRun, judgement: Judgement, options: DocumentOptions): CheckDocument {
  const { kind = CHECK_DOCUMENT_KIND, now, exitCode } = options;
  const place = { ...options, namespace: run.namespace };
  const result = (finding: PlacedFinding) => documentResult(finding, nextOf(finding, place));
  return {
    ...documentHead(kind, { status: exitCode === 0 ? 'Passed' : 'Failed', exitCode }, now),
    ...(run.connection === undefined ? {} : { connection: run.connection }),
    namespace: run.namespace,
    counts: judgement.counts,
    results: judgement.findings.map(result),
    conclusions: run.conclusions,
    ...failureOf(judgement, options, result),
  };
}

/** The gravest finding once more, where every document of a failure has it. */
function failureOf(
  { failing: [first] }: Judgement,
  { timedOut }: DocumentOptions,
  result: (finding: PlacedFinding) => DocumentResult,
): Pick<ReportDocument, 'error' | 'remediation'> {
  if (!first) return {};
  const { remediation = [], reason = 'InternalError', message } = result(first);
  if (timedOut === undefined) return { error: { code: codeOf(first), reason, message }, remediation };
  return { error: { code: REASONS.TimedOut.code, reason: 'TimedOut', message: timedOut }, remediation };
}

function documentResult(finding: PlacedFinding, next: string): DocumentResult {
  const { category, name, from, status, reason, message, cause, localOnly, facts } = finding;
  return {
    category,
    name,
    from,
    status,
    ...(isProblem(finding) ? { code: codeOf(finding), reason: reason ?? 'InternalError' } : {}),
    message,
    ...(cause === undefined ? {} : { cause }),
    ...(localOnly ? { localOnly } : {}),
    ...(facts && Object.keys(facts).length > 0 ? { facts } : {}),
    ...(isProblem(finding) || finding.next !== undefined ? { remediation: [remediationOf(next)] } : {}),
  };
}

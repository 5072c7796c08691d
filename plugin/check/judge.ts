import { REASONS } from '#common/errors.ts';
import type { PlacedFinding } from './finding.ts';
import type { CheckOptions } from './options.ts';

/** What a run comes to. */
export interface Judgement {
  readonly exitCode: 0 | 1;
  /** Those that count; suppressed ones are only counted. */
  readonly findings: readonly PlacedFinding[];
  readonly counts: Readonly<Record<PlacedFinding['status'] | 'suppressed' | 'localOnly', number>>;
  /** At or above what --fail-on says, the gravest first. */
  readonly failing: readonly PlacedFinding[];
}

export function judge(
  all: readonly PlacedFinding[],
  { categories, suppressed, failOn }: Pick<CheckOptions, 'categories' | 'suppressed' | 'failOn'>,
): Judgement {
  const asked = all.filter(({ category }) => categories === undefined || categories.has(category));
  const isSuppressed = (finding: PlacedFinding) =>
    isProblem(finding) && (suppressed.has(codeOf(finding)) || suppressed.has(finding.reason ?? ''));
  const findings = asked.filter((finding) => !isSuppressed(finding));
  const failing = findings.filter((finding) => fails(finding, failOn)).toSorted((a, b) => rank(a) - rank(b));
  const count = (status: PlacedFinding['status']) => findings.filter((finding) => finding.status === status).length;
  return {
    exitCode: failing.length > 0 ? 1 : 0,
    findings,
    failing,
    counts: {
      ok: count('ok'),
      warning: count('warning'),
      error: count('error'),
      skipped: count('skipped'),
      suppressed: asked.length - findings.length,
      localOnly: findings.filter(({ localOnly }) => localOnly).length,
    },
  };
}

export function isProblem({ status }: PlacedFinding): boolean {
  return status === 'warning' || status === 'error';
}

/** The number of its reason; that of a bug where only a newer sidecar knows it. */
export function codeOf({ reason }: PlacedFinding): string {
  return Object.entries(REASONS).find(([name]) => name === reason)?.[1].code ?? REASONS.InternalError.code;
}

function fails({ status }: PlacedFinding, failOn: CheckOptions['failOn']): boolean {
  if (failOn === 'none') return false;
  return status === 'error' || (status === 'warning' && failOn === 'warning');
}

function rank({ status, localOnly }: PlacedFinding): number {
  if (status === 'warning') return 2;
  return localOnly ? 1 : 0;
}

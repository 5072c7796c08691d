import { formatTime } from '#common/clock.ts';
import { remediationOf } from '../failure.ts';
import { DOCUMENT_API_VERSION, type ReportDocument } from '../output/document.ts';
import type { Entry } from './entries.ts';

export const EXPLANATION_DOCUMENT_KIND = 'Explanation';

/** Explanations for programs: one, or the whole list, in the same form. */
export function explanationDocument(
  entries: readonly Entry[],
  now: number,
): ReportDocument & { readonly explanations: readonly object[] } {
  return {
    apiVersion: DOCUMENT_API_VERSION,
    kind: EXPLANATION_DOCUMENT_KIND,
    generatedAt: formatTime(now),
    verdict: { status: 'Done', exitCode: 0 },
    explanations: entries.map(({ commands, ...entry }) => ({
      ...entry,
      remediation: commands.map(({ command, does }) => ({ ...remediationOf(command), text: does })),
    })),
  };
}

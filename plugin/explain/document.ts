import { remediationOf } from '../failure.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import type { Entry } from './entries.ts';

export const EXPLANATION_DOCUMENT_KIND = 'Explanation';

/** Explanations for programs: one, or the whole list, in the same form. */
export function explanationDocument(
  entries: readonly Entry[],
  now: number,
): ReportDocument & { readonly explanations: readonly object[] } {
  return {
    ...documentHead(EXPLANATION_DOCUMENT_KIND, { status: 'Done', exitCode: 0 }, now),
    explanations: entries.map(({ commands, ...entry }) => ({
      ...entry,
      remediation: commands.map(({ command, does }) => ({ ...remediationOf(command), text: does })),
    })),
  };
}

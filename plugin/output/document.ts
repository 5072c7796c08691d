import { formatTime } from '#common/clock.ts';

/** The version of every document that `-o json` and `-o yaml` print: within it fields are only added. */
export const DOCUMENT_API_VERSION = 'cli.compass.kyma-project.io/v1';

/** What every document has. `error` and `remediation` are there whenever the exit code is not 0. */
export interface ReportDocument {
  readonly apiVersion: typeof DOCUMENT_API_VERSION;
  readonly kind: string;
  /** RFC 3339, UTC. */
  readonly generatedAt: string;
  readonly verdict: { readonly status: string; readonly exitCode: number };
  readonly error?: DocumentError;
  readonly remediation?: readonly Remediation[];
}

/** What every document begins with. `now` in milliseconds since the epoch. */
export function documentHead(kind: string, verdict: ReportDocument['verdict'], now: number): ReportDocument {
  return { apiVersion: DOCUMENT_API_VERSION, kind, generatedAt: formatTime(now), verdict };
}

interface DocumentError {
  /** The number of the reason: CMP0103. */
  readonly code: string;
  readonly reason: string;
  readonly message: string;
  /** What Compass logged the failed call under. */
  readonly requestId?: string;
}

/** What a person does about it, as words; and as arguments where it is a command that can be run as it stands. */
export interface Remediation {
  readonly text: string;
  readonly command?: readonly string[];
}

/** A document as JSON, indented by two, as kubectl prints it. */
export function formatJson(document: unknown): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

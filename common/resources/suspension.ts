/**
 * What can be suspended: `sync` is every synchronization, `deletes` only what it deletes, `all` whatever else is done with
 * Applications on request, too. The certificate is renewed all the same.
 */
export const SUSPENSION_SCOPES = ['sync', 'deletes', 'all'] as const;

export type SuspensionScope = (typeof SUSPENSION_SCOPES)[number];

export function isSuspensionScope(text: unknown): text is SuspensionScope {
  return SUSPENSION_SCOPES.some((scope) => scope === text);
}

/** Longest reason and name that are kept, in characters. */
export const LONGEST_SUSPENSION_TEXT = 256;

/** What is known of a suspension; times are RFC 3339. */
export interface SuspensionText {
  readonly scope: string;
  readonly by?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
}

const WHAT: Readonly<Partial<Record<string, string>>> = {
  deletes: 'deletions are suspended',
  all: 'everything but the renewal is suspended',
};

/** One sentence for people: `deletions are suspended by eva until 2026-09-11T18:00:00Z: release`. */
export function describeSuspension({ scope, by, until, reason }: SuspensionText): string {
  const what = Object.hasOwn(WHAT, scope) ? WHAT[scope] : 'suspended';
  return `${what}${by ? ` by ${by}` : ''}${until ? ` until ${until}` : ''}${reason ? `: ${reason}` : ''}`;
}

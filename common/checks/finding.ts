import type { Reason } from '../errors.ts';

/** What a check is about; `--category` takes these. */
export const CATEGORIES = ['k8s', 'crd', 'rbac', 'identity', 'connector', 'director', 'sync', 'apps', 'agent'] as const;

export type Category = (typeof CATEGORIES)[number];

/** `skipped` where it could not be looked at: nothing is said about what it is about. */
export type FindingStatus = 'ok' | 'warning' | 'error' | 'skipped';

/** What one check came to. Free of secrets; fingerprints only keyed. */
export interface Finding {
  readonly category: Category;
  /** One word, stable: `reach`, `validity`. */
  readonly name: string;
  readonly status: FindingStatus;
  /** Always there for a warning and an error. */
  readonly reason?: Reason | undefined;
  readonly message: string;
  /** Why it is so, where that is known. */
  readonly cause?: string | undefined;
  /** What was found, for programs: `tlsVersion: TLSv1.3`, `latencyMs: 142`. */
  readonly facts?: Readonly<Record<string, string>> | undefined;
}

/** Facts without those that are not known. */
export function knownFacts(facts: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
  );
}

import type { Reason } from '#common/errors.ts';

/** Something without which an installation cannot work, or would do harm. */
export interface Problem {
  readonly step: 'rights' | 'namespaces' | 'definitions' | 'agent' | 'sidecars';
  readonly reason: Reason;
  readonly message: string;
  readonly next: string;
}

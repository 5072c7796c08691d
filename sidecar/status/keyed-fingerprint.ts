import { createHmac } from 'node:crypto';
import type { Sensitive } from '#common/sensitive.ts';

/** A fingerprint that is equal for equal certificates of this cluster, and of no use outside it. */
export function keyedFingerprint(fingerprint: string, key: Sensitive): string {
  return createHmac('sha256', key.reveal()).update(fingerprint).digest('hex').slice(0, 32);
}

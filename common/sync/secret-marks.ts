import { createHmac } from 'node:crypto';
import { formatTime } from '#common/clock.ts';
import { ACCESS_ANNOTATION, FINGERPRINT_ANNOTATION, ROTATED_AT_ANNOTATION } from '#common/resources/names.ts';
import type { Sensitive } from '#common/sensitive.ts';

/** What a Secret tells about its content to those who may not read it. */
export interface SecretMarks {
  /** Equal for equal contents of this cluster, and of no use outside it. */
  readonly fingerprint?: string;
  /** RFC 3339: when the content last changed, where that was seen. */
  readonly rotatedAt?: string;
  /** How the gateway gets in with it, see access-record.ts. */
  readonly access?: string;
}

const FINGERPRINT_DIGITS = 32;

/** What the marks of a Secret follow from. */
export interface Marking {
  /** Keys the fingerprints; without it none is written, and those that are there stay while the content does. */
  readonly key: Sensitive | undefined;
  readonly now: number;
}

interface Content {
  readonly contentDigest: string;
}

interface Wanted extends Content {
  readonly access?: string | undefined;
}

/** The marks that a Secret is to have: the time stays as it is while the content does, and is left out where nobody knows it. */
export function marksOf(
  desired: Wanted,
  before: (Content & { marks: SecretMarks }) | undefined,
  { key, now }: Marking,
): SecretMarks {
  const isSame = before?.contentDigest === desired.contentDigest;
  const fingerprint = key ? keyed(desired.contentDigest, key) : isSame ? before.marks.fingerprint : undefined;
  const rotatedAt = isSame ? before.marks.rotatedAt : formatTime(now);
  return withoutGaps({ fingerprint, rotatedAt, access: desired.access });
}

function keyed(contentDigest: string, key: Sensitive): string {
  return createHmac('sha256', key.reveal()).update(contentDigest).digest('hex').slice(0, FINGERPRINT_DIGITS);
}

export function readMarks(annotations: Readonly<Record<string, string>> = {}): SecretMarks {
  const { [FINGERPRINT_ANNOTATION]: fingerprint, [ROTATED_AT_ANNOTATION]: rotatedAt } = annotations;
  return withoutGaps({ fingerprint, rotatedAt, access: annotations[ACCESS_ANNOTATION] });
}

export function markAnnotations({ fingerprint, rotatedAt, access }: SecretMarks): Readonly<Record<string, string>> {
  return {
    ...(fingerprint ? { [FINGERPRINT_ANNOTATION]: fingerprint } : {}),
    ...(rotatedAt ? { [ROTATED_AT_ANNOTATION]: rotatedAt } : {}),
    ...(access ? { [ACCESS_ANNOTATION]: access } : {}),
  };
}

/** What is to stay as it is, beside the time, which follows from the content. */
export function standingMarks({ fingerprint = '', access = '' }: SecretMarks): string {
  return `${fingerprint} ${access}`;
}

function withoutGaps(marks: { readonly [Mark in keyof SecretMarks]: string | undefined }): SecretMarks {
  return Object.fromEntries(Object.entries(marks).filter(([, mark]) => mark));
}

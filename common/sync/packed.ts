import { isDeepStrictEqual } from 'node:util';
import type { OwnerReference } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import type { Ownership } from './ownership.ts';
import { Reader, Writer } from './packed-bytes.ts';
import type { PresentApplication, PresentSecret } from './present.ts';

/*
 * What is kept of each object from round to round, as one string whose characters are bytes: tens of thousands of small
 * objects with strings of their own would be most of a small process. A record that is not of the usual kind (a uid that is
 * no UUID, several owners, …) is kept as JSON, which is told by trying: whatever is packed reads back the same.
 */

const OWNERSHIPS: readonly Ownership[] = ['ours', 'unmarked', 'foreign'];

/** Bits of the first byte, above the ownership. */
const TERMINATING = 4;
const FIRST = 8;
const SECOND = 16;
const THIRD = 32;
const FOURTH = 64;
/** Of the first byte in place of all of that: the rest is JSON. */
const JSON_FORM = 0x7f;

/** As a string that `openApplication` reads; the name is kept beside it. */
export function packApplication(record: PresentApplication): string {
  const packed = packUsualApplication(record);
  if (packed !== undefined && isDeepStrictEqual(openApplication(record.name, packed), record)) return packed;
  return packJson(record);
}

export function openApplication(name: string, packed: string): PresentApplication {
  const reader = new Reader(packed);
  const head = reader.byte();
  if (head === JSON_FORM) return { id: undefined, syncError: undefined, ...JSON.parse(reader.rest()), name };
  return {
    name,
    ...commonOf(head, reader),
    digest: reader.chars(DIGEST_CHARS),
    id: head & FIRST ? reader.uuid() : undefined,
    bundlesWithSecrets: Array.from({ length: reader.byte() }, () => reader.uuid()),
    resourceVersion: reader.text(),
    syncError: head & SECOND ? reader.text() : undefined,
  };
}

/** As a string that `openSecret` reads; the name is kept beside it. */
export function packSecret(record: PresentSecret): string {
  const packed = packUsualSecret(record);
  if (packed !== undefined && isDeepStrictEqual(openSecret(record.name, packed), record)) return packed;
  return packJson(record);
}

export function openSecret(name: string, packed: string): PresentSecret {
  const reader = new Reader(packed);
  const head = reader.byte();
  if (head === JSON_FORM) return { createdAt: undefined, ...JSON.parse(reader.rest()), name };
  const common = commonOf(head, reader);
  const digest = reader.chars(DIGEST_CHARS);
  const contentDigest = reader.chars(DIGEST_CHARS);
  const createdAt = reader.time();
  const fingerprint = head & FIRST ? { fingerprint: reader.hex(FINGERPRINT_BYTES) } : {};
  const rotatedAt = head & SECOND ? { rotatedAt: reader.time() } : {};
  const ownerUid = head & THIRD ? reader.uuid() : undefined;
  const resourceVersion = reader.text();
  const owners = ownerUid === undefined ? [] : [ownerOf(ownerUid, reader.text())];
  const access = head & FOURTH ? { access: reader.text() } : {};
  const marks = { ...fingerprint, ...rotatedAt, ...access };
  return { name, ...common, digest, contentDigest, createdAt, owners, resourceVersion, marks };
}

/** As text, since it is compared in each round. */
const DIGEST_CHARS = 22;
const FINGERPRINT_BYTES = 16;

function packJson({ name: _, ...rest }: PresentApplication | PresentSecret): string {
  return new Writer().byte(JSON_FORM).rest(JSON.stringify(rest)).packed;
}

function packUsualApplication(record: PresentApplication): string | undefined {
  const { id, bundlesWithSecrets, digest, resourceVersion, syncError } = record;
  const head = headOf(record, [id !== undefined, syncError !== undefined]);
  if (bundlesWithSecrets.length > 0xff || digest.length !== DIGEST_CHARS) return undefined;
  const writer = new Writer().byte(head).uuid(record.uid).rest(digest);
  if (id !== undefined) writer.uuid(id);
  writer.byte(bundlesWithSecrets.length);
  for (const bundle of bundlesWithSecrets) writer.uuid(bundle);
  writer.text(resourceVersion);
  if (syncError !== undefined) writer.text(syncError);
  return writer.packed;
}

function packUsualSecret(record: PresentSecret): string | undefined {
  const { owners, digest, contentDigest, createdAt, resourceVersion, marks } = record;
  const { fingerprint, rotatedAt, access } = marks;
  const [owner] = owners;
  if (createdAt === undefined || owners.length > 1) return undefined;
  if (digest.length !== DIGEST_CHARS || contentDigest.length !== DIGEST_CHARS) return undefined;
  const head = headOf(
    record,
    [fingerprint, rotatedAt, owner, access].map((part) => part !== undefined),
  );
  const writer = new Writer().byte(head).uuid(record.uid).rest(digest).rest(contentDigest).time(createdAt);
  if (fingerprint !== undefined) writer.hex(fingerprint, FINGERPRINT_BYTES);
  if (rotatedAt !== undefined) writer.time(rotatedAt);
  if (owner) writer.uuid(owner.uid);
  writer.text(resourceVersion);
  if (owner) writer.text(owner.name);
  if (access !== undefined) writer.text(access);
  return writer.packed;
}

function headOf(
  { ownership, isTerminating }: Pick<PresentSecret, 'ownership' | 'isTerminating'>,
  parts: readonly boolean[],
): number {
  const bits = parts.map((isThere, index) => (isThere ? FIRST << index : 0));
  return bits.reduce((sum, bit) => sum | bit, OWNERSHIPS.indexOf(ownership) | (isTerminating ? TERMINATING : 0));
}

function commonOf(head: number, reader: Reader) {
  const ownership = OWNERSHIPS[head & 3] ?? 'foreign';
  return { ownership, isTerminating: (head & TERMINATING) !== 0, uid: reader.uuid() };
}

/** As the sidecar writes it; any other is not usual. */
function ownerOf(uid: string, name: string): OwnerReference {
  const { apiVersion, kind } = APPLICATION;
  return { apiVersion, kind, name, uid };
}

/** A UUID as sixteen characters, or the text itself where it is none: the key of an index. */
export function packId(id: string): string {
  const packed = new Writer().uuid(id).packed;
  return new Reader(packed).uuid() === id ? packed : id;
}

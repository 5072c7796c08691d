import type { OwnerReference } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import type { Ownership } from './ownership.ts';
import { packUuid, Reader, Writer } from './packed-bytes.ts';
import type { PresentApplication, PresentSecret } from './present.ts';

/*
 * What is kept of each object from round to round, as one string whose characters are bytes: tens of thousands of small
 * objects with strings of their own would be most of a small process. A record that is not of the usual kind (a uid that is
 * no UUID, several owners, …) is kept as JSON: whatever is packed reads back the same.
 */

const OWNERSHIPS: readonly Ownership[] = ['ours', 'unmarked', 'foreign'];

/** Bits of the first byte, above the ownership. */
const TERMINATING = 4;
const FIRST = 8;
const SECOND = 16;
const THIRD = 32;
const FOURTH = 64;
/** In place of that byte: the rest is JSON. */
const JSON_FORM = '\x7f';
/** As text, since it is compared in each round. */
const DIGEST_CHARS = 22;
const FINGERPRINT_BYTES = 16;
/** Of an owner that is packed. */
const OWNER_KEYS = 4;

/** As a string that `openApplication` reads; the name is kept beside it. */
export function packApplication(record: PresentApplication): string {
  const { uid, id, bundlesWithSecrets, digest, resourceVersion, syncError } = record;
  const parts = (id === undefined ? 0 : FIRST) | (syncError === undefined ? 0 : SECOND);
  const writer = new Writer().byte(headOf(record) | parts).uuid(uid);
  if (id !== undefined) writer.uuid(id);
  writer.byte(bundlesWithSecrets.length);
  for (const bundle of bundlesWithSecrets) writer.uuid(bundle);
  writer.chars(digest, DIGEST_CHARS).text(resourceVersion);
  if (syncError !== undefined) writer.text(syncError);
  return writer.packed ?? packJson(record);
}

export function openApplication(name: string, packed: string): PresentApplication {
  if (packed.startsWith(JSON_FORM)) return { id: undefined, syncError: undefined, ...openJson(packed), name };
  const reader = new Reader(packed);
  const head = reader.byte();
  const uid = reader.uuid();
  const id = head & FIRST ? reader.uuid() : undefined;
  const bundlesWithSecrets: string[] = [];
  for (let left = reader.byte(); left > 0; left -= 1) bundlesWithSecrets.push(reader.uuid());
  return {
    name,
    uid,
    ownership: ownershipOf(head),
    isTerminating: (head & TERMINATING) !== 0,
    id,
    bundlesWithSecrets,
    digest: reader.chars(DIGEST_CHARS),
    resourceVersion: reader.text(),
    syncError: head & SECOND ? reader.text() : undefined,
  };
}

/** As a string that `openSecret` reads; the name is kept beside it. */
export function packSecret(record: PresentSecret): string {
  const { uid, owners, digest, contentDigest, createdAt, resourceVersion, marks } = record;
  const { fingerprint, rotatedAt, access } = marks;
  const [owner] = owners;
  if (createdAt === undefined || !areUsual(owners)) return packJson(record);
  const times = (fingerprint === undefined ? 0 : FIRST) | (rotatedAt === undefined ? 0 : SECOND);
  const texts = (owner ? THIRD : 0) | (access === undefined ? 0 : FOURTH);
  const writer = new Writer().byte(headOf(record) | times | texts).uuid(uid);
  writer.time(createdAt);
  if (fingerprint !== undefined) writer.hex(fingerprint, FINGERPRINT_BYTES);
  if (rotatedAt !== undefined) writer.time(rotatedAt);
  if (owner) writer.uuid(owner.uid);
  writer.chars(digest, DIGEST_CHARS).chars(contentDigest, DIGEST_CHARS).text(resourceVersion);
  if (owner) writer.text(owner.name);
  if (access !== undefined) writer.text(access);
  return writer.packed ?? packJson(record);
}

export function openSecret(name: string, packed: string): PresentSecret {
  if (packed.startsWith(JSON_FORM)) return { createdAt: undefined, ...openJson(packed), name };
  const reader = new Reader(packed);
  const head = reader.byte();
  const uid = reader.uuid();
  const createdAt = reader.time();
  const fingerprint = head & FIRST ? { fingerprint: reader.hex(FINGERPRINT_BYTES) } : NOTHING;
  const rotatedAt = head & SECOND ? { rotatedAt: reader.time() } : NOTHING;
  const ownerUid = head & THIRD ? reader.uuid() : undefined;
  const digest = reader.chars(DIGEST_CHARS);
  const contentDigest = reader.chars(DIGEST_CHARS);
  const resourceVersion = reader.text();
  const owners = ownerUid === undefined ? [] : [ownerOf(ownerUid, reader.text())];
  const access = head & FOURTH ? { access: reader.text() } : NOTHING;
  const isTerminating = (head & TERMINATING) !== 0;
  const marks = { ...fingerprint, ...rotatedAt, ...access };
  const ownership = ownershipOf(head);
  return { name, uid, ownership, isTerminating, digest, contentDigest, createdAt, owners, resourceVersion, marks };
}

const NOTHING = {};

function packJson({ name: _, ...rest }: PresentApplication | PresentSecret): string {
  return [JSON_FORM, JSON.stringify(rest)].join('');
}

function openJson(packed: string) {
  return JSON.parse(packed.slice(JSON_FORM.length));
}

function headOf({ ownership, isTerminating }: Pick<PresentSecret, 'ownership' | 'isTerminating'>): number {
  return OWNERSHIPS.indexOf(ownership) | (isTerminating ? TERMINATING : 0);
}

function ownershipOf(head: number): Ownership {
  return OWNERSHIPS[head & 3] ?? 'foreign';
}

/** As the sidecar writes it; any other is not usual. */
function ownerOf(uid: string, name: string): OwnerReference {
  const { apiVersion, kind } = APPLICATION;
  return { apiVersion, kind, name, uid };
}

function areUsual([owner, ...others]: readonly OwnerReference[]): boolean {
  if (!owner) return true;
  const isOurs = owner.apiVersion === APPLICATION.apiVersion && owner.kind === APPLICATION.kind;
  return isOurs && others.length === 0 && Object.keys(owner).length === OWNER_KEYS;
}

/** A UUID as sixteen characters, or the text itself where it is none: the key of an index. */
export function packId(id: string): string {
  return packUuid(id) ?? id;
}

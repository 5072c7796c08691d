import { basename } from 'node:path';
import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { isRecord, parseJson } from '#common/json.ts';
import type { IssuedCertificate } from '#common/pki/issued.ts';
import { colonHex } from '../fingerprint.ts';
import { PUBLIC, putInPlace, readIfThere, writeDurably } from './durable.ts';
import { type CredentialPaths, unfinished } from './paths.ts';

/** Where Compass is for the holder of a certificate. */
export interface CompassUrls {
  /** Where one-time tokens are taken; a person gave it, so that others are trusted by it. Absent if it never was known. */
  readonly connectorUrl?: string;
  /** Absent where Compass named none, as the schema allows. */
  readonly certificateSecuredConnectorUrl?: string;
  readonly directorUrl?: string;
}

/** connection.json, v1: no secret is in it. Additive changes only. */
export interface ConnectionFile extends CompassUrls {
  readonly version: 'v1';
  /** As Compass asked for it. */
  readonly subject: string;
  /** SHA-256 of the client certificate, as OpenSSL prints it. */
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
  /** Names beside this file. */
  readonly files: Readonly<Record<'key' | 'certificate' | 'chain' | 'ca', string>>;
}

export function describeConnection(
  urls: CompassUrls,
  subject: string,
  { fingerprint, notBefore, notAfter }: Pick<IssuedCertificate, 'fingerprint' | 'notBefore' | 'notAfter'>,
  paths: Pick<CredentialPaths, 'key' | 'certificate' | 'chain' | 'ca'>,
): ConnectionFile {
  return {
    version: 'v1',
    ...urls,
    subject,
    fingerprint: colonHex(fingerprint),
    notBefore: formatTime(notBefore),
    notAfter: formatTime(notAfter),
    files: {
      key: basename(paths.key),
      certificate: basename(paths.certificate),
      chain: basename(paths.chain),
      ca: basename(paths.ca),
    },
  };
}

export async function writeConnection(path: string, connection: ConnectionFile): Promise<void> {
  await writeDurably(unfinished(path), `${JSON.stringify(connection, undefined, 2)}\n`, PUBLIC);
  await putInPlace(unfinished(path), path);
}

/** What a connection.json says, as far as it says it: people edit it. Undefined where there is none; throws Usage for no JSON. */
export async function readConnection(path: string): Promise<KnownConnection | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  const value = parseJson(text);
  if (!isRecord(value)) throw new CompassError('Usage', `${path} is no JSON object; --connector-url does without it`);
  const word = (key: string) => (typeof value[key] === 'string' ? value[key] : undefined);
  const files = isRecord(value['files']) ? value['files'] : {};
  const name = (key: string) => (typeof files[key] === 'string' ? files[key] : undefined);
  return {
    connectorUrl: word('connectorUrl'),
    certificateSecuredConnectorUrl: word('certificateSecuredConnectorUrl'),
    directorUrl: word('directorUrl'),
    fingerprint: word('fingerprint'),
    files: { certificate: name('certificate'), chain: name('chain'), ca: name('ca') },
  };
}

/** Whether it is another credential's: it names a certificate, and neither this file nor this fingerprint. */
export function isOfAnother(
  { fingerprint, files }: KnownConnection,
  certificate: { readonly fileNames: readonly string[]; readonly fingerprint: string | undefined },
): boolean {
  if (fingerprint === undefined && files.certificate === undefined) return false;
  const isNamed = files.certificate !== undefined && certificate.fileNames.includes(files.certificate);
  return !isNamed && (fingerprint === undefined || fingerprint !== certificate.fingerprint);
}

export interface KnownConnection {
  readonly connectorUrl: string | undefined;
  readonly certificateSecuredConnectorUrl: string | undefined;
  readonly directorUrl: string | undefined;
  readonly fingerprint: string | undefined;
  readonly files: Readonly<Record<'certificate' | 'chain' | 'ca', string | undefined>>;
}

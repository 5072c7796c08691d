import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { CompassError } from '#common/errors.ts';
import { readStored, type StoredCredential, type StoredPair } from '#common/pki/certificate.ts';
import { fingerprintOf, readPem } from '#common/pki/pem.ts';
import type { ParsedFlags } from '../../flags.ts';
import { colonHex } from '../fingerprint.ts';
import { type CompassUrls, isOfAnother, type KnownConnection, readConnection } from './connection-file.ts';
import { isThere, readText } from './durable.ts';
import { finishSwap, waitingCertificate } from './install.ts';
import { CONNECTION_FILE } from './paths.ts';
import { NEW_ISSUE } from './token-fate.ts';

/** A credential in files, judged, and where Compass is for it. */
export interface HeldCredential {
  readonly paths: HeldPaths;
  /** As the file is: one certificate, or with its issuers. */
  readonly certificatePem: string;
  readonly credential: StoredCredential;
  readonly urls: CompassUrls & { readonly certificateSecuredConnectorUrl: string };
}

export interface HeldPaths {
  readonly key: string;
  readonly certificate: string;
  /** Undefined where there is no such file. */
  readonly chain: string | undefined;
  readonly ca: string | undefined;
  /** Undefined where the one that is there is another credential's. */
  readonly connection: string | undefined;
}

/**
 * Reads --cert and --key, what lies beside them, and connection.json unless that is another credential's. A swap that was cut
 * off is ended; with `isDryRun` it is only looked through. Throws Usage for what cannot be read or does not say
 * where Compass is, InvalidCredential for what is no pair, CertificateExpired.
 */
export async function readHeld(flags: ParsedFlags, now: number, isDryRun: boolean): Promise<HeldCredential> {
  const key = await followed(flags.text('key') ?? '');
  const certificate = await followed(flags.text('cert') ?? '');
  if (!isDryRun) await finishSwap({ key, certificate });
  const keyPem = await readText(key);
  const certificatePem = (await waitingCertificate({ key, certificate })) ?? (await readText(certificate));
  const beside = join(dirname(flags.text('cert') ?? ''), CONNECTION_FILE);
  const found = await readConnection(beside);
  const isForeign = found !== undefined && isOfAnother(found, namesOf(flags, certificate, certificatePem));
  const known = isForeign ? undefined : found;
  const connection = isForeign ? undefined : beside;
  const paths = { key, certificate, connection, ...(await besides(flags, beside, known)) };
  const chainPem = paths.chain === undefined ? '' : await readText(paths.chain);
  const credential = judged({ crt: certificatePem, key: keyPem, crtChain: `${certificatePem}\n${chainPem}` }, now);
  return { paths, certificatePem, credential, urls: urlsOf(flags, known, isForeign) };
}

/** What connection.json may know a certificate by. */
function namesOf(flags: ParsedFlags, certificate: string, pem: string) {
  const [leaf] = readPem(pem).certificates;
  return {
    fileNames: [flags.text('cert') ?? '', certificate].map((path) => basename(path)),
    fingerprint: leaf && colonHex(fingerprintOf(leaf)),
  };
}

/** Without a sidecar only a new token and a new issue help. */
function judged(pair: StoredPair, now: number): StoredCredential {
  try {
    return readStored(pair, now);
  } catch (error) {
    throw error instanceof CompassError ? new CompassError(error.reason, error.message, { next: NEW_ISSUE }) : error;
  }
}

export function securedEndpoint(credential: StoredCredential, url: string): Endpoint {
  return { url, target: 'connector-mtls', credential };
}

/** A name that leads elsewhere stays; what it leads to is what is replaced. */
async function followed(path: string): Promise<string> {
  return (await isThere(path)) ? realpath(path) : path;
}

async function besides(
  flags: ParsedFlags,
  connection: string,
  known: KnownConnection | undefined,
): Promise<Pick<HeldPaths, 'chain' | 'ca'>> {
  const beside = async (name: 'chain' | 'ca') => {
    const named = flags.text(name);
    if (named !== undefined) return named;
    const file = known?.files[name];
    const path = file === undefined ? undefined : join(dirname(connection), file);
    return path !== undefined && (await isThere(path)) ? path : undefined;
  };
  const chain = await beside('chain');
  return { chain: chain !== undefined && (await isThere(chain)) ? chain : undefined, ca: await beside('ca') };
}

function urlsOf(flags: ParsedFlags, known: KnownConnection | undefined, isForeign: boolean): HeldCredential['urls'] {
  const certificateSecuredConnectorUrl = flags.text('connector-url') ?? known?.certificateSecuredConnectorUrl;
  if (!certificateSecuredConnectorUrl) {
    const why = isForeign
      ? `the ${CONNECTION_FILE} beside the certificate is that of another one`
      : `no ${CONNECTION_FILE} beside the certificate says where Compass is`;
    throw new CompassError('Usage', `${why}: give its certificate-secured Connector by --connector-url`);
  }
  const url = URL.canParse(certificateSecuredConnectorUrl) ? new URL(certificateSecuredConnectorUrl) : undefined;
  if (url?.protocol !== 'https:') throw new CompassError('Usage', 'the URL of the Connector must begin with https://');
  return {
    certificateSecuredConnectorUrl,
    ...(known?.connectorUrl ? { connectorUrl: known.connectorUrl } : {}),
    ...(known?.directorUrl ? { directorUrl: known.directorUrl } : {}),
  };
}

import { fetchConfiguration } from '#common/compass/connector.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { readStored } from '#common/pki/certificate.ts';
import type { IssuedCertificate } from '#common/pki/issued.ts';
import { readPem } from '#common/pki/pem.ts';
import { generatePrivateKey } from '#common/pki/private-key.ts';
import { parseSubject, type Subject } from '#common/pki/subject.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { Invocation } from '../../command.ts';
import { uninterrupted } from '../../wait/interruption.ts';
import { certify, shortSubject } from './certify.ts';
import { type ConnectionFile, describeConnection, writeConnection } from './connection-file.ts';
import { copy, modeOf, PRIVATE, PUBLIC, putInPlace, remove, writeDurably } from './durable.ts';
import { type HeldCredential, type HeldPaths, securedEndpoint } from './held.ts';
import { trustedUrls } from './named-urls.ts';
import { backup, unfinished } from './paths.ts';

type Caller = Pick<Invocation, 'clock' | 'interrupted' | 'progress' | 'hint'>;

export interface RenewalRequest {
  readonly keySize: number;
  readonly allowedHosts: readonly string[];
}

/**
 * A new key and certificate in the place of a credential in files, by that credential itself. The old pair stays until the
 * new one has been proven by a call, and beside it as .bak until the new one is in its place. Spends nothing: what fails is
 * begun again, and the old pair is as good as before.
 */
export async function renewFiles(
  caller: Caller,
  transport: Transport,
  held: HeldCredential,
  { keySize, allowedHosts }: RenewalRequest,
): Promise<ConnectionFile> {
  const { progress, interrupted } = caller;
  const presentUrl = held.urls.certificateSecuredConnectorUrl;
  const endpoint = securedEndpoint(held.credential, presentUrl);
  progress.busy('configuration', 'asking Compass what the certificate is to say');
  const answer = await fetchConfiguration(endpoint, transport);
  const url = answer.certificateSecuredConnectorUrl ?? presentUrl;
  const named = { connector: url, director: answer.directorUrl ?? held.urls.directorUrl };
  const urls = {
    ...held.urls,
    ...trustedUrls(named, { connectorUrl: held.urls.connectorUrl ?? presentUrl, allowedHosts }),
  };
  const subject = parseSubject(answer.subject);
  progress.step('ok', 'configuration', `${shortSubject(answer.subject)}, ${answer.keyAlgorithm} asked`);
  progress.busy('key', `generating RSA-${keySize}`);
  const key = await generatePrivateKey(keySize);
  await writeDurably(unfinished(held.paths.key), key.reveal(), (await modeOf(held.paths.key)) ?? PRIVATE);
  progress.step('ok', 'key', `RSA-${keySize} generated`);
  const issued = await provenCertificate(caller, transport, { endpoint, key, subject, url }).catch(async (error) => {
    await remove(unfinished(held.paths.key));
    throw error;
  });
  const connection = describeConnection(urls, answer.subject, issued, namesOf(held.paths));
  await uninterrupted(interrupted, swap(held, issued, connection));
  progress.step('ok', 'store', `${held.paths.key}, ${held.paths.certificate}`);
  return connection;
}

interface Candidate {
  readonly endpoint: Endpoint;
  readonly key: Sensitive;
  readonly subject: Subject;
  /** Where the new certificate is to be used. */
  readonly url: string;
}

/** A certificate for the new key, and one call by it before anything depends on it. */
async function provenCertificate(
  caller: Caller,
  transport: Transport,
  { endpoint, key, subject, url }: Candidate,
): Promise<IssuedCertificate> {
  const issued = await certify(caller, { endpoint, transport, key, subject });
  caller.progress.busy('prove', 'calling the Connector by the new certificate');
  const pair = { crt: issued.leafPem, key: key.reveal(), crtChain: issued.chainPem };
  await fetchConfiguration(securedEndpoint(readStored(pair, caller.clock.now()), url), transport);
  caller.progress.step('ok', 'prove', 'the Connector accepts the new certificate');
  return issued;
}

/** The key goes first: should that be all that happens, the next run finds the certificate beside it and ends the swap. */
async function swap({ paths, certificatePem }: HeldCredential, issued: IssuedCertificate, connection: ConnectionFile) {
  const hadIssuers = readPem(certificatePem).certificates.length > 1;
  const certificateMode = (await modeOf(paths.certificate)) ?? PUBLIC;
  await writeDurably(unfinished(paths.certificate), hadIssuers ? issued.chainPem : issued.leafPem, certificateMode);
  await copy(paths.key, backup(paths.key), PRIVATE);
  await copy(paths.certificate, backup(paths.certificate), certificateMode);
  await putInPlace(unfinished(paths.key), paths.key);
  await putInPlace(unfinished(paths.certificate), paths.certificate);
  for (const [path, pem] of [
    [paths.chain, issued.chainPem],
    [paths.ca, issued.caPem],
  ] as const) {
    if (path === undefined) continue;
    await writeDurably(unfinished(path), pem, (await modeOf(path)) ?? PUBLIC);
    await putInPlace(unfinished(path), path);
  }
  if (paths.connection !== undefined) await writeConnection(paths.connection, connection);
  await remove(backup(paths.key), backup(paths.certificate));
}

function namesOf(paths: HeldPaths) {
  return { key: paths.key, certificate: paths.certificate, chain: paths.chain ?? '', ca: paths.ca ?? '' };
}

import { messageOf } from '#common/errors.ts';
import { isPair } from '#common/pki/certificate.ts';
import type { IssuedCertificate } from '#common/pki/issued.ts';
import { readPem } from '#common/pki/pem.ts';
import type { Invocation } from '../../command.ts';
import { type ConnectionFile, writeConnection } from './connection-file.ts';
import { PUBLIC, putInPlace, readIfThere, writeDurably } from './durable.ts';
import { type CredentialPaths, unfinished } from './paths.ts';

interface NewCredential {
  readonly issued: IssuedCertificate;
  readonly connection: ConnectionFile;
  readonly paths: CredentialPaths;
}

/**
 * Puts a new credential in its place; its key lies beside it already. What can be written is written first, the swap comes
 * last. A certificate that cannot be written is shown: it is no secret, and there is no second one.
 */
export async function installNew(
  { progress, stderr }: Pick<Invocation, 'progress' | 'stderr'>,
  { issued, connection, paths }: NewCredential,
): Promise<void> {
  const contents = [
    [paths.chain, issued.chainPem],
    [paths.ca, issued.caPem],
    [paths.certificate, issued.leafPem],
  ] as const;
  try {
    for (const [path, pem] of contents) await writeDurably(unfinished(path), pem, PUBLIC);
    for (const path of [paths.chain, paths.ca, paths.key, paths.certificate]) await putInPlace(unfinished(path), path);
    await writeConnection(paths.connection, connection);
  } catch (error) {
    progress.clear();
    const why = messageOf(error);
    // No hint, which --quiet would swallow.
    stderr.write(`the certificate could not be stored (${why}); here it is with its chain:\n${issued.chainPem}\n`);
    throw error;
  }
  progress.step('ok', 'store', `${paths.key}, ${paths.certificate}`);
}

/** The certificate, PEM, that a swap which was cut off behind the key left waiting: it is the key's. Undefined without one. */
export async function waitingCertificate({
  key,
  certificate,
}: Pick<CredentialPaths, 'key' | 'certificate'>): Promise<string | undefined> {
  const [waiting, keyPem] = await Promise.all([readIfThere(unfinished(certificate)), readIfThere(key)]);
  const leaf = waiting === undefined ? undefined : readPem(waiting).certificates[0];
  return leaf && keyPem !== undefined && isPair(leaf, keyPem) ? waiting : undefined;
}

/** Ends a swap that was cut off between key and certificate. Whether there was one. */
export async function finishSwap(paths: Pick<CredentialPaths, 'key' | 'certificate'>): Promise<boolean> {
  const { certificate } = paths;
  if ((await waitingCertificate(paths)) === undefined) return false;
  await putInPlace(unfinished(certificate), certificate);
  return true;
}

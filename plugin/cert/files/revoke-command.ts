import { X509Certificate } from 'node:crypto';
import { probe, revokeCertificate } from '#common/compass/connector.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import { compassTransport } from '../../compass/transport.ts';
import { readDryRun } from '../../dry-run.ts';
import { confirm } from '../../output/confirm.ts';
import { uninterrupted } from '../../wait/interruption.ts';
import { readHeld, securedEndpoint } from './held.ts';
import { fromHere, printFiles } from './renew-command.ts';

/** `cert revoke --cert FILE --key FILE`: asks, then revokes; the files stay. The exit code. */
export async function revokeInFiles(invocation: Invocation): Promise<number> {
  const { flags, clock, interrupted } = invocation;
  const isDryRun = readDryRun(flags) !== 'none';
  const { paths, credential, urls } = await readHeld(flags, clock.now(), isDryRun);
  const endpoint = securedEndpoint(credential, urls.certificateSecuredConnectorUrl);
  const transport = await compassTransport(invocation);
  try {
    if (isDryRun) {
      await probe(endpoint, transport);
      const message = 'the certificate would be revoked (dry run)';
      return await printFiles(invocation, { status: 'DryRun', exitCode: 0, paths, message });
    }
    const { fingerprint256 } = new X509Certificate(credential.certificateChain);
    const whose = credential.commonName === undefined ? paths.certificate : `CN=${credential.commonName}`;
    await confirm(invocation, `Revoke the certificate of ${whose}, SHA-256 ${fingerprint256}? It cannot be undone.`);
    if (!(await uninterrupted(interrupted, revokeCertificate(endpoint, transport)))) {
      throw new CompassError('CompassFailed', 'the Connector answered that it did not revoke the certificate');
    }
  } catch (error) {
    throw fromHere(error, 'the certificate was not revoked');
  }
  const message =
    'the certificate was revoked; Compass takes it no more, or at the latest does not renew it. The files are as they were';
  return printFiles(invocation, { status: 'Revoked', exitCode: 0, paths, message });
}

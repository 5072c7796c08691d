import { probe } from '#common/compass/connector.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import { compassTransport } from '../../compass/transport.ts';
import { readDryRun } from '../../dry-run.ts';
import { humanDuration } from '../../output/age.ts';
import { type HeldCredential, readHeld, securedEndpoint } from './held.ts';
import { renewFiles } from './renew.ts';
import { readKeySize } from './settings.ts';
import { nextFromHere } from './token-fate.ts';
import { type FilesOutcome, filesDocument, formatFiles } from './view.ts';

/** The exit code of a run that found nothing to do, where it was asked to tell. */
const NOT_NEEDED = 9;

/** The share of its life that is left when a renewal is due, as the sidecar does it. */
const THRESHOLD = 0.5;

/** `cert renew --cert FILE --key FILE`: the exit code. */
export async function renewInFiles(invocation: Invocation): Promise<number> {
  const { flags, clock } = invocation;
  const request = { keySize: readKeySize(flags), allowedHosts: flags.texts('allowed-host') };
  const isDryRun = readDryRun(flags) !== 'none';
  const held = await readHeld(flags, clock.now(), isDryRun);
  if (flags.isOn('detailed-exitcode') && !flags.isOn('force') && !isDue(held, clock.now())) {
    const left = humanDuration(held.credential.notAfter - clock.now());
    const message = `nothing to do: the certificate is valid for ${left}, more than half of its life`;
    return printFiles(invocation, { status: 'NotNeeded', exitCode: NOT_NEEDED, paths: held.paths, message });
  }
  const transport = await compassTransport(invocation);
  try {
    if (isDryRun) {
      await probe(securedEndpoint(held.credential, held.urls.certificateSecuredConnectorUrl), transport);
      const message = 'the certificate would be renewed (dry run)';
      return await printFiles(invocation, { status: 'DryRun', exitCode: 0, paths: held.paths, message });
    }
    const connection = await renewFiles(invocation, transport, held, request);
    const message = 'the certificate was renewed with a new key';
    return await printFiles(invocation, { status: 'Renewed', exitCode: 0, connection, paths: held.paths, message });
  } catch (error) {
    throw fromHere(error, 'the present key and certificate were left as they are');
  }
}

/** Prints what was done to files. Its exit code. */
export async function printFiles(invocation: Invocation, outcome: FilesOutcome): Promise<number> {
  const now = invocation.clock.now();
  await invocation.print({
    document: () => filesDocument(outcome, now),
    names: [outcome.paths.key, outcome.paths.certificate],
    text: () => formatFiles(outcome, now, invocation.style),
  });
  return outcome.exitCode;
}

/** A failure of Compass's, with what it means here and what to do without a sidecar. */
export function fromHere(error: unknown, whatNow: string): unknown {
  if (!(error instanceof CompassError) || error.reason === 'Usage') return error;
  const { reason, requestId, status } = error;
  const message = `${error.message}; ${whatNow}`;
  return new CompassError(reason, message, { cause: error, requestId, status, next: nextFromHere(error) });
}

function isDue({ credential: { notBefore, notAfter } }: HeldCredential, now: number): boolean {
  return notAfter - now <= (notAfter - notBefore) * THRESHOLD;
}

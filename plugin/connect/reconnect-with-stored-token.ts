import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { REQUEST_TOKEN } from '../compass/one-time-token.ts';
import type { FoundConnection } from '../connection/find.ts';
import { confirm } from '../output/confirm.ts';
import { requireResource } from '../requests/ask.ts';
import { awaitNewCertificate } from './await-new-certificate.ts';
import { fetchConfiguration } from './configuration.ts';
import { deleteConnection } from './delete-connection.ts';
import { knownOfToken } from './known-of-token.ts';
import type { PairingOutcome } from './outcome.ts';
import type { Reconnection } from './reconnection.ts';
import { requireSidecar, type Taker } from './require-sidecar.ts';
import { requireRights } from './rights.ts';

/**
 * The documented way: deletes the CompassConnection, so that its keeper pairs anew with the token in the configuration
 * Secret. Throws UnusedTokenMissing where there is none that was not used, and deletes nothing then.
 */
export async function reconnectWithStoredToken(
  invocation: Invocation,
  reconnection: Reconnection,
): Promise<Pick<PairingOutcome, 'report' | 'steps' | 'waited'>> {
  const { cluster, target, dryRun, waits } = reconnection;
  const resource = requireResource(target);
  const taker = await requireSidecar(invocation, cluster, target, true);
  const { namespace, name } = target.places.configuration;
  const secret = `secret ${namespace}/${name}`;
  await requireUnusedToken(invocation, reconnection, taker, secret);
  const right = { verb: 'delete', resource: 'compassconnections.compass.kyma-project.io', name: target.name };
  await requireRights(cluster, [right]);
  if (dryRun === 'none') await confirm(invocation, questionFor(target, taker, secret));
  await deleteConnection(cluster, resource, dryRun);
  invocation.progress.step(
    'ok',
    'connection',
    `CompassConnection ${target.name} ${dryRun === 'none' ? 'deleted, to pair anew' : 'would be deleted'}`,
  );
  if (!waits) return { steps: [], waited: false };
  return awaitNewCertificate(invocation, reconnection, { taker, secret });
}

function questionFor({ name }: FoundConnection, taker: Taker, secret: string): string {
  const what = `Delete the CompassConnection ${name}, to pair anew with the token in the ${secret}?`;
  return taker === 'sidecar'
    ? `${what} The present certificate serves until the new one does.`
    : `${what} Whether that token was used, only the agent knows.`;
}

/** Our sidecar says what it knows of the token; without it, all that can be seen is whether there is one. */
async function requireUnusedToken(
  invocation: Invocation,
  { cluster, target }: Reconnection,
  taker: Taker,
  secret: string,
): Promise<void> {
  const known = taker === 'sidecar' ? await knownOfToken(invocation, cluster, target) : undefined;
  if (known === 'unused') return;
  if (known !== undefined) throw missing(WHY[known] ?? `the token in the ${secret} is ${known}`, secret);
  const { values } = await fetchConfiguration(cluster, target.places.configuration);
  if ((values['TOKEN'] ?? '').trim() === '') throw missing('there is no TOKEN', secret);
}

const WHY: Readonly<Record<string, string>> = {
  none: 'there is no TOKEN, since one that was used is taken out',
  used: 'the TOKEN was used already',
  spent: 'the TOKEN is spent',
  trying: 'the TOKEN is refused by Compass so far, and most likely spent',
};

function missing(why: string, secret: string): CompassError {
  return new CompassError(
    'UnusedTokenMissing',
    `${why} (${secret}), so there is nothing to pair anew with; nothing was deleted. Give a new one: reconnect --token-stdin`,
    { next: REQUEST_TOKEN },
  );
}

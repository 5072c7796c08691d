import type { Cluster } from '#common/cluster/cluster.ts';
import { hashToken, readToken } from '#common/compass/token.ts';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { type GivenToken, REQUEST_TOKEN } from '../compass/one-time-token.ts';
import type { FoundConnection } from '../connection/find.ts';
import type { MissingRight } from '../connection/right.ts';
import type { DryRun } from '../dry-run.ts';
import { confirm } from '../output/confirm.ts';
import { isWaitedFor } from '../wait/flags.ts';
import { type ConfigurationAction, fetchConfiguration, writeConfiguration } from './configuration.ts';
import { type Reach, tryReach } from './reach.ts';
import { requireSidecar, type Taker } from './require-sidecar.ts';
import { requireRights } from './rights.ts';
import { type Settings, settle } from './settings.ts';

export interface TokenToStore {
  readonly target: FoundConnection;
  readonly token: GivenToken;
  readonly dryRun: DryRun;
  /** Rights beside those on the configuration Secret. */
  readonly rights: readonly MissingRight[];
  /** Asks a person, where another agent is to take the token; may throw. */
  readonly agree?: (taker: Taker) => Promise<void>;
}

export interface StoredToken {
  readonly settings: Settings;
  readonly action: ConfigurationAction;
  readonly reach: Reach;
  readonly taker: Taker;
  /** The Secret, for messages: `secret compass-system/compass-agent-configuration`. */
  readonly secret: string;
}

/**
 * Checks everything that can be checked without the token, which no failure of these may cost, and then writes it into the
 * configuration Secret. Whatever it throws, nothing was changed.
 */
export async function storeToken(
  invocation: Invocation,
  cluster: Cluster,
  { target, token, dryRun, rights, agree }: TokenToStore,
): Promise<StoredToken> {
  const { flags, progress } = invocation;
  const place = target.places.configuration;
  const onSecret = { resource: 'secrets', ...place };
  await requireRights(cluster, [{ verb: 'get', ...onSecret }, ...rights]);
  const taker = await requireSidecar(invocation, cluster, target, isWaitedFor(flags));
  const { secret: present, values: configured } = await fetchConfiguration(cluster, place);
  // RBAC knows no names for create.
  const { name: _name, ...anySecret } = onSecret;
  await requireRights(cluster, [present ? { verb: 'patch', ...onSecret } : { verb: 'create', ...anySecret }]);
  refuseKnownToken(token, configured['TOKEN'], target.found?.report?.token);
  const settings = settle({ flags, token, configured, report: target.found?.report });
  if (dryRun === 'none') {
    await agreeToOtherRuntime(
      invocation,
      settings,
      configured['RUNTIME_ID']?.trim() ?? target.found?.report?.runtimeId,
    );
    await agree?.(taker);
  }
  progress.step('ok', 'token', `one-time, ${token.source}, kept in the Secret until used`);
  const reach = await tryReach(invocation, settings.connectorUrl);
  const action = await writeConfiguration(cluster, place, { ...settings, token: token.token }, dryRun);
  const secret = `${place.namespace}/${place.name}`;
  progress.step('ok', 'secret', dryRun === 'none' ? `${secret} ${action}` : `${secret} would be ${action}`);
  return { settings, action, reach, taker, secret: `secret ${secret}` };
}

/** The token that the Secret holds already, and of which the sidecar knows that it gives nothing any more. */
function refuseKnownToken(given: GivenToken, present: string | undefined, known: string | undefined): void {
  if (known !== 'used' && known !== 'spent') return;
  if (!present || hashOf(present) !== hashToken(given.token)) return;
  throw new CompassError(
    'TokenRefused',
    `the one-time token ${given.source} is the one that the Secret holds already, and it is ${known}; nothing was changed`,
    { next: REQUEST_TOKEN },
  );
}

/** Undefined for what is no token, which somebody else has put there. */
function hashOf(text: string): string | undefined {
  try {
    return hashToken(readToken(text).token);
  } catch {
    return undefined;
  }
}

/** Another Runtime has other Applications, and those of this one would go: nothing that a token alone should bring about. */
async function agreeToOtherRuntime(invocation: Invocation, settings: Settings, before = ''): Promise<void> {
  if (before === '' || before.toLowerCase() === settings.runtimeId) return;
  const change = `this cluster is Runtime ${before}, and would become Runtime ${settings.runtimeId}`;
  await confirm(invocation, `${change}, with its Applications instead of the present ones. Go on?`);
}

import { canI } from '#common/cluster/access.ts';
import { CompassError, hasReason, messageOf } from '#common/errors.ts';
import { describe, storingRights } from '../check/needed-rights.ts';
import type { Warning } from '../status/observation.ts';
import type { ConnectionContext } from './context.ts';
import { tryPair, tryRoots } from './credential-store.ts';
import { asStoreForbidden, isStoreRefusal, isUnprovable } from './store-forbidden.ts';

/**
 * That everything which a pairing writes can be written: every right, and every write tried without storing. Throws
 * StoreForbidden, which names what is missing or who refuses; returns what cannot be told, and what is only a courtesy.
 */
export async function requireStorable(context: ConnectionContext): Promise<readonly Warning[]> {
  const { cluster, config, journal, state } = context;
  const warnings = [
    await rightsMissing(context),
    await unproven(() => journal.tryWrite()),
    await unproven(() => state.tryWrite()),
    await unproven(() => tryPair(cluster, config)),
    await courtesyRefused(() => tryRoots(cluster, config)),
  ];
  return warnings.filter((warning) => warning !== undefined);
}

/** The two writes that a new pair takes. Throws as requireStorable does. */
export async function requirePairStorable({ cluster, config, journal }: ConnectionContext): Promise<void> {
  await unproven(() => journal.tryWrite());
  await unproven(() => tryPair(cluster, config));
}

async function rightsMissing({ cluster, config }: ConnectionContext): Promise<Warning | undefined> {
  const needed = storingRights(config);
  try {
    const answers = await Promise.all(needed.map((right) => canI(cluster, right)));
    const missing = needed.filter((_, at) => answers[at] === false).map(describe);
    if (missing.length === 0) return undefined;
    throw new CompassError('StoreForbidden', `the sidecar may not ${missing.join(', ')}; grant it that`);
  } catch (error) {
    if (!isStoreRefusal(error)) throw error;
    return notProvable(`rights cannot be asked for: ${error.message}`);
  }
}

async function unproven(write: () => Promise<void>): Promise<Warning | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (isUnprovable(error)) return notProvable(error.message);
    throw asStoreForbidden(error);
  }
}

/** How the API server goes on behind what was refused: `: secrets "x" is forbidden: User "y" cannot get resource …`. */
const RBAC_REFUSAL = /: \S+ "[^"]*" is forbidden: User .*$/s;

const WITHOUT_ISTIO = 'which only Istio needs; kubectl compass upgrade --set istioCa=true permits it';

/** Gateways read the CA Secret; the connection itself needs it not. */
async function courtesyRefused(write: () => Promise<void>): Promise<Warning | undefined> {
  try {
    await write();
    return undefined;
  } catch (error) {
    if (!isStoreRefusal(error)) throw error;
    const isRight = hasReason(error, 'ClusterForbidden') && RBAC_REFUSAL.test(error.message);
    // Most clusters have no gateway that wants it, and are installed without the right on purpose.
    const why = isRight ? `${error.message.replace(RBAC_REFUSAL, '')}, ${WITHOUT_ISTIO}` : messageOf(error);
    return { type: 'CASecretForbidden', message: `gateways will not know the CA of Compass: ${why}` };
  }
}

function notProvable(why: string): Warning {
  return { type: 'NotProvable', message: `whether it can be stored is not provable beforehand: ${why}` };
}

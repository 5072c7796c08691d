import { checkChain, checkPair } from '#common/checks/pair.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { secretValues } from '#common/cluster/secret-values.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import type { FoundConnection } from '../connection/find.ts';
import { type Reading, reading } from '../connection/reading.ts';
import { canICommand, describeRight, type MissingRight } from '../connection/right.ts';
import { checkConnection } from './connection.ts';
import { factsOf } from './facts-of.ts';
import type { PlacedFinding } from './finding.ts';

/**
 * The stored certificate, judged from what may be read: its dates and whether it is the one in use from the report, key
 * and chain from the Secrets. Without the right to read Secrets that part says so.
 */
export async function checkStored(
  cluster: Cluster,
  connection: FoundConnection,
  now: number,
): Promise<PlacedFinding[]> {
  const { client, ca } = connection.places;
  const [pair, roots] = await Promise.all([fetchSecret(cluster, client), fetchSecret(cluster, ca)]);
  const dates = checkConnection(factsOf(connection), now).filter(({ category }) => category === 'identity');
  return [...dates, ...inUse(connection), ...judgePair(pair, roots, client, now)];
}

function fetchSecret(cluster: Cluster, { namespace, name }: SecretPlace): Promise<Reading<Secret>> {
  return reading({ verb: 'get', resource: `secrets/${name}`, namespace }, async () => {
    const secret = await cluster.find<Secret>({ kind: SECRET, namespace, name });
    return secret ? [secret] : [];
  });
}

function judgePair(
  { items: [secret], denied }: Reading<Secret>,
  roots: Reading<Secret>,
  { namespace, name }: SecretPlace,
  now: number,
): PlacedFinding[] {
  const base = { category: 'identity', name: 'key', from: 'cluster' } as const;
  if (denied) return [notPermitted(denied)];
  if (!secret) {
    const message = `there is no secret ${namespace}/${name}`;
    return [{ ...base, status: 'error', reason: 'TokenRequired', message }];
  }
  const { crt = '', key = '', crtChain = '' } = secretValues(secret);
  const { cacert } = secretValues(roots.items[0]);
  const pair = { crt, key, crtChain };
  const findings = [checkPair(pair, now).finding, checkChain(pair, cacert, now)];
  return findings.map((finding) => ({ ...finding, from: 'cluster' }));
}

function notPermitted(right: MissingRight): PlacedFinding {
  const message = `${describeRight(right)}; --live lets the sidecar look`;
  return { category: 'identity', name: 'key', from: 'cluster', status: 'skipped', message, next: canICommand(right) };
}

/** Whether the certificate in the Secret is the one that the sidecar presents, by their keyed fingerprints. */
function inUse({ found }: FoundConnection): PlacedFinding[] {
  const fingerprints = found?.report?.identity?.fingerprints;
  const base = { category: 'identity', name: 'in-use', from: 'cluster' } as const;
  if (!fingerprints) return [];
  if (fingerprints.stored === fingerprints.inUse) {
    return [{ ...base, status: 'ok', message: 'the stored certificate is the one in use', facts: fingerprints }];
  }
  const message = 'the stored certificate is not the one that the sidecar presents';
  return [{ ...base, status: 'warning', reason: 'InvalidCredential', message, facts: fingerprints }];
}

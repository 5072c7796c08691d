import assert from 'node:assert/strict';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import type { BundleInput } from '../../simulator/application-input.ts';
import type { Sighting } from '../witness.ts';
import type { FaultWorld } from '../world.ts';

const versionOf = ({ object }: Sighting<Secret | Application>) => Number(object.metadata.resourceVersion);

/** The names of the Secrets that an Application's entries refer to. */
export function secretsNamedBy({ spec }: Application): string[] {
  const entries = (spec?.services ?? []).flatMap((service) => service.entries);
  return entries
    .flatMap((entry) => [entry.credentials?.secretName ?? '', entry.requestParametersSecretName ?? ''])
    .filter((name) => name !== '');
}

/**
 * Nobody ever sees an entry without the Secret that it names: each version of each Application is compared with the Secrets
 * that were there then, by the resourceVersions, which count up over all objects of the embedded server.
 */
export function secretsWereThere({ witness }: FaultWorld): void {
  for (const seen of witness.applications) {
    if (seen.type === 'deleted') continue;
    const at = versionOf(seen);
    for (const name of secretsNamedBy(seen.object)) {
      const last = witness.secrets.filter((secret) => secret.object.metadata.name === name && versionOf(secret) <= at);
      assert.ok(last.length > 0 && last.at(-1)?.type !== 'deleted', `${seen.object.metadata.name} without ${name}`);
    }
  }
}

export async function application(
  { cluster: { cluster } }: FaultWorld,
  name: string,
): Promise<Application | undefined> {
  return cluster.find<Application>({ kind: APPLICATION, name });
}

/** Every Application and Secret of the integration namespace by name, with its version. */
export async function versions({ cluster: { cluster } }: FaultWorld): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for (const [kind, namespace] of [[APPLICATION], [SECRET, 'kyma-system']] as const) {
    for await (const { items } of cluster.listPages(kind, { namespace })) {
      for (const { metadata } of items) found[`${kind.kind} ${metadata.name}`] = metadata.resourceVersion ?? '';
    }
  }
  return found;
}

function basic(password: string): NonNullable<BundleInput['defaultInstanceAuth']> {
  return { credential: { type: 'Basic', username: 'user', password } };
}

/** A bundle of one API, with credentials where a password is given. */
export function bundle(id: string, password?: string): BundleInput {
  const apiDefinitions = [{ name: 'Orders API', targetURL: 'https://orders.example.com' }];
  return { id, name: `Bundle ${id}`, apiDefinitions, ...(password ? { defaultInstanceAuth: basic(password) } : {}) };
}

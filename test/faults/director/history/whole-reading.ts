import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application, servicesOf } from '#common/resources/application.ts';
import { applicationOwnership, secretOwnership } from '#common/sync/ownership.ts';
import type { Served } from './director-model.ts';
import type { Deletion, MemoryCluster } from './memory-cluster.ts';
import { wholeListing } from './oracle.ts';
import type { Round } from './play.ts';
import { CONNECTION } from './strangers.ts';

/** One reading of a synchronization, with all that was done by it. */
export interface Reading extends Round {
  /** Deletions of Applications whose id is listed, and whether it is there under the name that is listed. */
  readonly replaced: readonly { readonly name: string; readonly isRight: boolean }[];
  /** The uids of Secrets of ours that no Application names, before any was deleted. */
  readonly orphans: ReadonlySet<string>;
  readonly deletedSecrets: readonly string[];
  /** The Secrets that Applications name and that are not there, with the ids of those Applications. */
  readonly missing: readonly { readonly name: string; readonly id: string }[];
}

/** A deletion, and whether its Application was there under the name that is listed. */
export interface JudgedDeletion extends Deletion {
  readonly isReplaced: boolean;
}

export function isReplaced(object: Application, served: Served | undefined, cluster: MemoryCluster): boolean {
  const listedAs = served?.names.get(idOf(object) ?? '');
  const target = cluster.all<Application>(APPLICATION).find(({ metadata }) => metadata.name === listedAs);
  const isThere = target !== undefined && target !== object && idOf(target) === idOf(object);
  return isThere && isOurs(target) && servicesOf(target).length > 0;
}

/** What was done by a reading that has ended, and what the cluster is like. */
export function effectsOf(deletions: readonly JudgedDeletion[], served: Served, cluster: MemoryCluster) {
  const listed = wholeListing(served);
  const isListed = (id: string | undefined) => listed?.has(id ?? '') ?? false;
  const applications = deletions.filter(({ object }) => object.kind === APPLICATION.kind);
  const replaced = applications.filter(({ object }) => isListed(idOf(object)));
  const unlisted = applications.filter(({ object }) => !isListed(idOf(object)));
  const secrets = deletions
    .filter(({ object, isDone }) => object.kind === 'Secret' && isDone)
    .map(({ object }) => object);
  const now = cluster.all<Application>(APPLICATION);
  const gone = unlisted.filter(({ isDone }) => isDone).map(({ object }) => object);
  const named = new Set(now.flatMap(secretsNamed));
  const there = [...cluster.all<Secret>(SECRET), ...secrets];
  return {
    present: new Map([...now.filter(isOurs), ...gone].map((one) => [uidOf(one), idOf(one) ?? ''])),
    deleted: gone.map(uidOf),
    refused: unlisted.filter(({ isDone }) => !isDone).map(({ object }) => uidOf(object)),
    replaced: replaced.map(({ object, isReplaced: isRight }) => ({ name: object.metadata.name, isRight })),
    orphans: new Set(there.filter((secret) => isOurSecret(secret) && !named.has(secret.metadata.name)).map(uidOf)),
    deletedSecrets: secrets.map(uidOf),
    missing: now.filter(isOurs).flatMap((application) =>
      secretsNamed(application)
        .filter((name) => !there.some(({ metadata }) => metadata.name === name))
        .map((name) => ({ name, id: idOf(application) ?? '' })),
    ),
  };
}

const uidOf = ({ metadata: { uid = '' } }: Pick<Application, 'metadata'>) => uid;

export function idOf(application: Application): string | undefined {
  return application.spec?.compassMetadata?.applicationId;
}

export function isOurs(application: Application): boolean {
  return applicationOwnership(application, CONNECTION) !== 'foreign';
}

export function isOurSecret(secret: Secret): boolean {
  return secretOwnership(secret, CONNECTION) === 'ours' && !secret.metadata.ownerReferences?.some(isOther);
}

const isOther = ({ kind }: { readonly kind: string }) => kind !== APPLICATION.kind;

export function secretsNamed(application: Application): readonly string[] {
  return servicesOf(application).flatMap(({ entries }) =>
    entries.flatMap(({ credentials }) => (credentials ? [credentials.secretName] : [])),
  );
}

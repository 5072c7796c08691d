import type { OwnerReference, Secret } from '#common/cluster/objects.ts';
import { type Application, compassMetadataOf, type FoundService, servicesOf } from '#common/resources/application.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import { applicationDigest, secretContentDigest, secretDigest } from './digest.ts';
import { applicationOwnership, type Ownership, secretOwnership } from './ownership.ts';
import { readMarks, type SecretMarks } from './secret-marks.ts';

/** An Application in the cluster, as much of it as a plan needs: no object is kept. */
export interface PresentApplication {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly ownership: Ownership;
  /** `spec.compassMetadata.applicationId`. */
  readonly id: string | undefined;
  /** Ids of the bundles with an entry that names a Secret. */
  readonly bundlesWithSecrets: readonly string[];
  readonly digest: string;
  readonly syncError: string | undefined;
  readonly isTerminating: boolean;
}

/** A Secret in the integration namespace that is labelled as a bundle's. */
export interface PresentSecret {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly ownership: Ownership;
  readonly owners: readonly OwnerReference[];
  /** RFC 3339, by the API server. */
  readonly createdAt?: string | undefined;
  readonly digest: string;
  /** Of the data alone. */
  readonly contentDigest: string;
  readonly marks: SecretMarks;
  readonly isTerminating: boolean;
}

export function toPresentApplication(application: Application, connectionName: string): PresentApplication {
  const { metadata } = application;
  const id = compassMetadataOf(application)?.['applicationId'];
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    ownership: applicationOwnership(application, connectionName),
    id: typeof id === 'string' && id !== '' ? id : undefined,
    bundlesWithSecrets: servicesOf(application)
      .filter(namesSecret)
      .map((service) => service.id),
    digest: applicationDigest(application),
    syncError: metadata.annotations?.[SYNC_ERROR_ANNOTATION],
    isTerminating: metadata.deletionTimestamp !== undefined,
  };
}

function namesSecret({ entries }: FoundService): boolean {
  return entries.some(({ credentials, requestParametersSecretName }) => credentials || requestParametersSecretName);
}

export function toPresentSecret(secret: Secret, connectionName: string): PresentSecret {
  const { metadata } = secret;
  return {
    name: metadata.name,
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    ownership: secretOwnership(secret, connectionName),
    owners: metadata.ownerReferences ?? [],
    createdAt: metadata.creationTimestamp,
    digest: secretDigest(secret),
    contentDigest: secretContentDigest(secret),
    marks: readMarks(metadata.annotations),
    isTerminating: metadata.deletionTimestamp !== undefined,
  };
}

/** What the cluster has, by name, kept up to date by every write of ours within a round. */
export class Present {
  readonly #applications = new Map<string, PresentApplication>();
  readonly #namesByUid = new Map<string, string>();
  readonly #namesById = new Map<string, Set<string>>();
  readonly #secrets = new Map<string, PresentSecret>();

  application(name: string): PresentApplication | undefined {
    return this.#applications.get(name);
  }

  /** Those of one id that are not somebody else's: more than one while a rename is under way. */
  applicationsOf(id: string): readonly PresentApplication[] {
    const names = [...(this.#namesById.get(id) ?? [])];
    return names
      .flatMap((name) => this.#applications.get(name) ?? [])
      .filter(({ ownership }) => ownership !== 'foreign');
  }

  /** The Application of that uid, whoever's it is. */
  applicationByUid(uid: string): PresentApplication | undefined {
    return this.#applications.get(this.#namesByUid.get(uid) ?? '');
  }

  applications(): Iterable<PresentApplication> {
    return this.#applications.values();
  }

  putApplication(application: PresentApplication): void {
    this.removeApplication(application.name);
    this.#applications.set(application.name, application);
    this.#namesByUid.set(application.uid, application.name);
    if (application.id === undefined) return;
    const names = this.#namesById.get(application.id) ?? new Set();
    this.#namesById.set(application.id, names.add(application.name));
  }

  removeApplication(name: string): void {
    const application = this.#applications.get(name);
    if (!application) return;
    this.#applications.delete(name);
    this.#namesByUid.delete(application.uid);
    const { id } = application;
    if (id === undefined) return;
    const names = this.#namesById.get(id);
    names?.delete(name);
    if (names?.size === 0) this.#namesById.delete(id);
  }

  secret(name: string): PresentSecret | undefined {
    return this.#secrets.get(name);
  }

  secrets(): Iterable<PresentSecret> {
    return this.#secrets.values();
  }

  putSecret(secret: PresentSecret): void {
    this.#secrets.set(secret.name, secret);
  }

  removeSecret(name: string): void {
    this.#secrets.delete(name);
  }
}

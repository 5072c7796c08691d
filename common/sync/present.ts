import type { OwnerReference, Secret } from '#common/cluster/objects.ts';
import { type Application, compassMetadataOf, type FoundService, servicesOf } from '#common/resources/application.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import { applicationDigest, secretDigests } from './digest.ts';
import { applicationOwnership, type Ownership, secretOwnership } from './ownership.ts';
import { openApplication, openSecret, packApplication, packId, packSecret } from './packed.ts';
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
    ...secretDigests(secret),
    marks: readMarks(metadata.annotations),
    isTerminating: metadata.deletionTimestamp !== undefined,
  };
}

/** Applications that are kept as they were opened, as many as are looked at side by side. */
const MOST_OPENED = 64;

/**
 * What the cluster has, by name, kept up to date by every write of ours. Records are packed: there may be tens of thousands,
 * for as long as the process lives.
 */
export class Present {
  #applications = new Map<string, string>();
  #namesByUid = new Map<string, string>();
  /** More than one name while a rename is under way. */
  #namesById = new Map<string, string | readonly string[]>();
  #secrets = new Map<string, string>();
  #secretsState = {};
  /** How many ids are those of more than one Application. */
  #shared = 0;
  /** Opened last: one is looked at several times in a row. */
  readonly #opened = new Map<string, PresentApplication>();

  /** Another one, on which nothing that is done to this one is seen. */
  copy(): Present {
    const copy = new Present();
    copy.#applications = new Map(this.#applications);
    copy.#namesByUid = new Map(this.#namesByUid);
    copy.#namesById = new Map(this.#namesById);
    copy.#secrets = new Map(this.#secrets);
    copy.#secretsState = this.#secretsState;
    copy.#shared = this.#shared;
    return copy;
  }

  application(name: string): PresentApplication | undefined {
    const known = this.#opened.get(name);
    if (known) return known;
    const packed = this.#applications.get(name);
    if (packed === undefined) return undefined;
    const opened = openApplication(name, packed);
    if (this.#opened.size >= MOST_OPENED) this.#opened.clear();
    this.#opened.set(name, opened);
    return opened;
  }

  /** Those of one id that are not somebody else's: more than one while a rename is under way. */
  applicationsOf(id: string): readonly PresentApplication[] {
    return this.#namesOf(id)
      .flatMap((name) => this.application(name) ?? [])
      .filter(({ ownership }) => ownership !== 'foreign');
  }

  /** The Application of that uid, whoever's it is. */
  applicationByUid(uid: string): PresentApplication | undefined {
    return this.application(this.#namesByUid.get(packId(uid)) ?? '');
  }

  applicationNames(): Iterable<string> {
    return this.#applications.keys();
  }

  *applications(): Iterable<PresentApplication> {
    for (const [name, packed] of this.#applications) yield openApplication(name, packed);
  }

  putApplication(application: PresentApplication): void {
    this.removeApplication(application.name);
    const { name, uid, id } = application;
    this.#applications.set(name, packApplication(application));
    this.#namesByUid.set(packId(uid), name);
    if (id === undefined) return;
    const others = this.#namesOf(id);
    if (others.length === 1) this.#shared += 1;
    this.#namesById.set(packId(id), others.length === 0 ? name : [...others, name]);
  }

  removeApplication(name: string): void {
    const application = this.application(name);
    if (!application) return;
    const { uid, id } = application;
    this.#opened.delete(name);
    this.#applications.delete(name);
    this.#namesByUid.delete(packId(uid));
    if (id === undefined) return;
    const [first, ...more] = this.#namesOf(id).filter((other) => other !== name);
    if (first !== undefined && more.length === 0) this.#shared -= 1;
    if (first === undefined) this.#namesById.delete(packId(id));
    else this.#namesById.set(packId(id), more.length === 0 ? first : [first, ...more]);
  }

  secret(name: string): PresentSecret | undefined {
    const packed = this.#secrets.get(name);
    return packed === undefined ? undefined : openSecret(name, packed);
  }

  /** What is kept of it, which is another text once anything about it is another. */
  packedApplication(name: string): string | undefined {
    return this.#applications.get(name);
  }

  /** See packedApplication. */
  packedSecret(name: string): string | undefined {
    return this.#secrets.get(name);
  }

  /** Whether the Application of that name, which carries the id, is the only one that does. */
  isOnlyOf(id: string, name: string): boolean {
    return this.#shared === 0 || this.#namesById.get(packId(id)) === name;
  }

  /** Another object as soon as any Secret is another one. */
  get secretsState(): object {
    return this.#secretsState;
  }

  secretNames(): Iterable<string> {
    return this.#secrets.keys();
  }

  *secrets(): Iterable<PresentSecret> {
    for (const [name, packed] of this.#secrets) yield openSecret(name, packed);
  }

  putSecret(secret: PresentSecret): void {
    this.#secrets.set(secret.name, packSecret(secret));
    this.#secretsState = {};
  }

  removeSecret(name: string): void {
    if (this.#secrets.delete(name)) this.#secretsState = {};
  }

  #namesOf(id: string): readonly string[] {
    const names = this.#namesById.get(packId(id)) ?? [];
    return typeof names === 'string' ? [names] : names;
  }
}

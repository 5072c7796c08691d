import { hash } from 'node:crypto';
import type { DirectorApplication } from '#common/compass/director-types.ts';
import type { Sensitive } from '#common/sensitive.ts';
import { PagesBefore } from './pages-before.ts';
import type { Present } from './present.ts';

/** What an Application came to. */
interface Settled {
  /** Of all that was listed of it: DirectorItem.digest where its page showed it whole, else listedDigest. */
  readonly listed: string;
  /** What the cluster had of it then, as Present keeps it. */
  readonly application: string;
  readonly secretNames: readonly string[];
  readonly secrets: readonly string[];
}

/** A digest of everything that is listed of an Application, its further pages included. */
export function listedDigest(application: DirectorApplication): string {
  return hash('sha256', JSON.stringify(application), 'base64url');
}

/**
 * Remembers from round to round which Applications were brought into the cluster whole, with nothing to be said about them:
 * one that is listed and present as it was then needs no more than to be found here.
 */
export class SettledBefore {
  readonly pages = new PagesBefore();
  readonly #settled = new Map<string, Settled>();
  #key: string | undefined;

  /** A round begins. What was written with another key counts no more. */
  begin(key: Sensitive | undefined): void {
    if (this.#key !== key?.reveal()) this.#settled.clear();
    this.pages.begin();
    this.#key = key?.reveal();
  }

  /** Whether it is listed as it was when it was settled: then what differs was changed in the cluster. */
  isListedAsBefore({ id }: Pick<DirectorApplication, 'id'>, listed: string): boolean {
    return this.#settled.get(id)?.listed === listed;
  }

  /** The names of its Secrets, where it is listed and present as it was when it was noted. */
  find(
    { id, name }: Pick<DirectorApplication, 'id' | 'name'>,
    listed: string,
    present: Present,
  ): readonly string[] | undefined {
    const settled = this.#settled.get(id);
    const isSame =
      settled?.listed === listed &&
      present.packedApplication(name) === settled.application &&
      present.isOnlyOf(id, name) &&
      settled.secretNames.every((secret, at) => present.packedSecret(secret) === settled.secrets[at]);
    return isSame ? settled.secretNames : undefined;
  }

  /** It is as it is listed, Secrets of these names included, which nothing but it owns; or else it is forgotten. */
  note(
    { id, name }: Pick<DirectorApplication, 'id' | 'name'>,
    listed: string,
    secretNames: readonly string[],
    present: Present,
  ): void {
    const application = present.packedApplication(name);
    const record = present.application(name);
    const uid = record?.uid;
    const secrets: string[] = [];
    for (const secret of secretNames) {
      const packed = present.packedSecret(secret);
      const owners = present.secret(secret)?.owners ?? [];
      if (packed !== undefined && owners.length === 1 && owners[0]?.uid === uid) secrets.push(packed);
    }
    const isOurs = record !== undefined && record.ownership !== 'foreign' && !record.isTerminating;
    const isWhole = isOurs && secrets.length === secretNames.length;
    if (isWhole && application !== undefined) this.#settled.set(id, { listed, application, secretNames, secrets });
    else this.#settled.delete(id);
  }

  /** Forgets those that are not listed any more. */
  keepOnly(heads: ReadonlyMap<string, unknown>): void {
    if (this.#settled.size <= heads.size) return;
    for (const id of this.#settled.keys()) if (!heads.has(id)) this.#settled.delete(id);
  }

  clear(): void {
    this.pages.clear();
    this.#settled.clear();
  }
}

import type { KubeObject } from '#common/cluster/objects.ts';
import { FINGERPRINT_ANNOTATION, ROTATED_AT_ANNOTATION } from '#common/resources/names.ts';
import type { SecretReading } from './secret-reading.ts';

/** What is known about a Secret without its values. */
export interface SecretFacts {
  readonly state: 'present' | 'missing' | 'not permitted';
  readonly createdAt?: string | undefined;
  /** When its content last changed, where the sidecar saw it. */
  readonly rotatedAt?: string | undefined;
  /** Keyed, by the sidecar. */
  readonly fingerprint?: string | undefined;
  readonly labels?: Readonly<Record<string, string>>;
  /** As of the last synchronization, by the sidecar, because Secrets may not be listed. */
  readonly published?: true;
}

/** Looks Secrets up by their names. */
export class SecretIndex {
  readonly #read: SecretReading;
  readonly #byName: ReadonlyMap<string, KubeObject>;

  constructor(read: SecretReading) {
    this.#read = read;
    this.#byName = new Map(read.items.map((secret) => [secret.metadata.name, secret]));
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  factsOf(name: string): SecretFacts {
    const metadata = this.#byName.get(name)?.metadata;
    if (!metadata) return this.#publishedOf(name);
    const { creationTimestamp, labels, annotations = {} } = metadata;
    const { [FINGERPRINT_ANNOTATION]: fingerprint, [ROTATED_AT_ANNOTATION]: rotatedAt } = annotations;
    return {
      state: 'present',
      ...(creationTimestamp ? { createdAt: creationTimestamp } : {}),
      ...(rotatedAt ? { rotatedAt } : {}),
      ...(fingerprint ? { fingerprint } : {}),
      ...(labels ? { labels } : {}),
    };
  }

  /** What the last synchronization left; labels are not in it. */
  #publishedOf(name: string): SecretFacts {
    const { denied, published } = this.#read;
    const secret = published?.secrets.get(name);
    if (!secret) return { state: denied && published?.isCut !== false ? 'not permitted' : 'missing' };
    const { name: _name, ...facts } = secret;
    return { state: 'present', ...facts, published: true };
  }
}

/** Since when the content is as it is; where that was not seen, since when there is the Secret. */
export function contentSince({ rotatedAt, createdAt }: SecretFacts): string | undefined {
  return rotatedAt ?? createdAt;
}

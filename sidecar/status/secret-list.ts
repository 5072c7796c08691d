import { hash } from 'node:crypto';
import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError } from '#common/errors.ts';
import { errorFields, type Log } from '#common/log.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { type PublishedSecret, renderSecrets, SECRETS_KEY } from '#common/resources/published-secrets.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { Present, PresentSecret } from '#common/sync/present.ts';
import type { Config } from '../config.ts';
import { OwnConfigMap } from './own-config-map.ts';

export interface SecretListOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: Pick<Config, 'connectionName' | 'ownNamespace' | 'integrationNamespace'>;
  /** What keyed the fingerprints; without it none is published. */
  readonly fingerprintKey: () => Sensitive | undefined;
}

/** Somebody may delete, edit or restore it: so often it is looked whether it is still what was written. */
const LOOK_PERIOD_MS = 60 * 60_000;

/**
 * Publishes what may be known of the Secrets of Applications to those who may not list Secrets, which would be to read
 * them: see PublishedSecrets. Written when it differs, and only then. Without the labels by which reports are found:
 * whoever looks for those does not pay for it.
 */
export class SecretList {
  readonly #options: SecretListOptions;
  readonly #map: OwnConfigMap;
  /** Of the text that the ConfigMap has: the text itself is long. */
  #written: string | undefined;
  /** What it was made of. */
  #published: Source | undefined;
  #wanted: Source | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;

  constructor(options: SecretListOptions) {
    const { cluster, config } = options;
    const { secrets: name } = ownObjectNames(config.connectionName);
    this.#options = options;
    this.#map = new OwnConfigMap({ cluster, namespace: config.ownNamespace, name, key: SECRETS_KEY });
  }

  /** The Secrets that there are after a round; they are read when they are published. */
  note(present: Present): void {
    this.#wanted = { present, state: present.secretsState, isKeyed: this.#options.fingerprintKey() !== undefined };
  }

  /** Why what was noted last could not be written: what is there may be old. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Writes what was noted last, where it differs. Never throws for what may fail by itself: it is tried again the next time. */
  async publish(): Promise<void> {
    const wanted = this.#wanted;
    if (wanted === undefined) return;
    try {
      await this.#map.overTheLatest(() => this.#settle(wanted));
      this.#failure = undefined;
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.#failure = error.message;
      this.#options.log.warn('the list of Secrets was not written', errorFields(error));
    }
  }

  /** Another replica may have written since: it is read anew, and what was noted before is old. */
  forget(): void {
    this.#wanted = undefined;
    this.#published = undefined;
    this.#failure = undefined;
    this.#map.forget();
  }

  async #settle(wanted: Source): Promise<void> {
    const now = this.#options.clock.monotonicMs();
    if (!this.#map.isRead || now - this.#readAtMs >= LOOK_PERIOD_MS) {
      this.#written = digestOf(await this.#map.read());
      this.#readAtMs = now;
    } else if (isSame(this.#published, wanted)) return;
    const text = this.#render(wanted);
    const digest = digestOf(text);
    if (this.#written !== digest) await this.#map.store(text);
    this.#written = digest;
    this.#published = wanted;
  }

  #render({ present, isKeyed }: Source): string {
    const get = (name: string) => {
      const secret = present.secret(name);
      return secret && toPublished(secret, isKeyed);
    };
    return renderSecrets(this.#options.config.integrationNamespace, { keys: () => present.secretNames(), get });
  }
}

/** What a text is made of. */
interface Source {
  readonly present: Present;
  /** See Present.secretsState. */
  readonly state: object;
  readonly isKeyed: boolean;
}

function isSame(one: Source | undefined, { state, isKeyed }: Source): boolean {
  return one?.state === state && one.isKeyed === isKeyed;
}

function digestOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : hash('sha256', text, 'base64url');
}

/** Marks that somebody else put there are not passed on. */
function toPublished({ name, createdAt, ownership, marks }: PresentSecret, isKeyed: boolean): PublishedSecret {
  const { rotatedAt, fingerprint } = ownership === 'foreign' ? {} : marks;
  return { name, createdAt, rotatedAt, fingerprint: isKeyed ? fingerprint : undefined };
}

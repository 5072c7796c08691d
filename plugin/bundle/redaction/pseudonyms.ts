import { createHmac, randomBytes } from 'node:crypto';
import { REASONS } from '#common/errors.ts';
import { credentialsSecretName, parametersSecretName } from '#common/sync/names.ts';

/** Fields that people fill: what stands in them is replaced as a whole. */
const FREE_TEXT = /^(?:displayName|description|longDescription|shortDescription|providerDisplayName|title)$/;

/** Fields that name a machine or somebody. */
const NAME = /^(?:nodeName|host|hostname|by|user|username|context|as|cluster|kubeconfig)$/;

/** Fields of Pods with an address, which of version 6 has no brackets. */
const ADDRESS_FIELD = /^(?:ip|podIP|hostIP|clusterIP)$/;

const UUID = /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi;
const MAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const ADDRESS = /\b(?!127\.|0\.0\.)\d{1,3}(?:\.\d{1,3}){3}\b/g;
/** As URLs have one of version 6. */
const BRACKETED = /\[[\da-f]{0,4}:[\da-f:.]*:[\da-f:.]*\]/gi;
const HOST = /\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z-]*[a-z]\b/gi;

/** Dotted words that are no hosts: groups of APIs, fields of objects, files. */
const NO_HOST =
  /(?:^|\.)(?:kyma-project\.io|k8s\.io|kubernetes\.io|istio\.io|prometheus\.io)$|^(?:metadata|spec|status|involvedObject)\.|\.(?:json|log|gz|tar|txt|ya?ml|pem|crt|key|js|ts|html)$/i;

/** A name of an Application, a Secret or anything else, as it stands in a text. */
const WORD = /[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?/g;

/** Shorter names are words of every language. */
const SHORTEST_NAME = 3;

/** Words with a meaning of their own, also where somebody has called an Application so. */
const RESERVED = new Set([
  ...Object.keys(REASONS),
  ...['Application', 'Secret', 'Ready', 'Connected', 'Synchronized', 'ConnectionFailed', 'True', 'False', 'Unknown'],
  ...['secret', 'secrets', 'application', 'applications', 'connection', 'status', 'report', 'sidecar', 'default'],
]);

/**
 * Other names for whatever tells whose cluster it is: Applications, hosts, addresses, ids, people, and what people have
 * written. The same one has the same other name everywhere in one archive, and another one in the next.
 */
export class Pseudonyms {
  readonly #key = randomBytes(32);
  readonly #names = new Map<string, string>();
  /** Those that are more than one word: seldom any. */
  readonly #phrases = new Map<string, string>();
  readonly #kept: ReadonlySet<string>;

  /** `kept` are names by which an archive is read: they stay as they are. */
  constructor(kept: readonly string[]) {
    this.#kept = new Set(kept);
  }

  /** Has a name of an Application, or of somebody, replaced from now on. */
  learn(name: string, as: 'app' | 'name' = 'app'): void {
    if (name.length < SHORTEST_NAME || RESERVED.has(name) || this.#kept.has(name)) return;
    const names = /^[\w.-]+$/.test(name) ? this.#names : this.#phrases;
    names.set(name, `${as}-${this.#digest(name)}`);
    if (as === 'app') this.#learnSecrets(name);
  }

  /** Secrets have the name of their Application, or the beginning of a long one. */
  #learnSecrets(name: string): void {
    for (const secretName of [credentialsSecretName, parametersSecretName]) {
      const prefix = secretName(name, '').slice(0, -1);
      if (this.#names.has(prefix)) continue;
      const isWhole = prefix === `params-${name}`;
      this.#names.set(prefix, isWhole ? `params-app-${this.#digest(name)}` : `app-${this.#digest(prefix)}`);
    }
  }

  /** What stands in a field, by its name; undefined where nothing is known of such a field. */
  field(key: string, value: string): string | undefined {
    if (value === '') return undefined;
    if (ADDRESS_FIELD.test(key) && value.includes(':')) return `host-${this.#digest(value)}.invalid`;
    if (FREE_TEXT.test(key)) return `text-${this.#digest(value)}`;
    return NAME.test(key) && !this.#kept.has(value) ? `name-${this.#digest(value)}` : undefined;
  }

  /** What a label says, unless it is one of Kubernetes or of ours. */
  label(key: string, value: string): string {
    return /(?:^|\.)(?:kubernetes|k8s|kyma-project|istio)\.io\//.test(key) || value === ''
      ? value
      : `text-${this.#digest(value)}`;
  }

  /** The key of a label or annotation, whose prefix may be somebody's domain. */
  key(key: string): string {
    const slash = key.indexOf('/');
    return slash < 0 ? key : this.text(key.slice(0, slash)) + key.slice(slash);
  }

  text(text: string): string {
    return this.#withoutPhrases(text)
      .replace(UUID, (id) => this.#uuid(id))
      .replace(WORD, (word) => this.#word(word))
      .replace(MAIL, (mail) => `somebody-${this.#digest(mail)}@host.invalid`)
      .replace(BRACKETED, (address) => `host-${this.#digest(address.slice(1, -1))}.invalid`)
      .replace(ADDRESS, (address) => `host-${this.#digest(address)}.invalid`)
      .replace(HOST, (host) => (this.#isHost(host) ? `host-${this.#digest(host)}.invalid` : host));
  }

  /** Names in Compass may have blanks and signs in them. */
  #withoutPhrases(text: string): string {
    let left = text;
    for (const [name, other] of this.#phrases) left = left.replaceAll(name, other);
    return left;
  }

  /** Also where it begins the name of something that belongs to it: `orders-<id of a bundle>`. */
  #word(word: string): string {
    if (this.#kept.has(word)) return word;
    const whole = this.#names.get(word);
    if (whole !== undefined) return whole;
    for (let at = word.lastIndexOf('-'); at > 0; at = word.lastIndexOf('-', at - 1)) {
      const other = this.#names.get(word.slice(0, at));
      if (other !== undefined) return other + word.slice(at);
    }
    return word;
  }

  #isHost(host: string): boolean {
    return !(NO_HOST.test(host) || host.endsWith('.invalid') || this.#kept.has(host));
  }

  #uuid(id: string): string {
    const digits = createHmac('sha256', this.#key).update(id.toLowerCase()).digest('hex');
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      digits.slice(12, 16),
      digits.slice(16, 20),
      digits.slice(20, 32),
    ].join('-');
  }

  #digest(value: string): string {
    return createHmac('sha256', this.#key).update(value).digest('hex').slice(0, 8);
  }
}

import { type ClientAuthority, createClientAuthority } from './authority/client-authority.ts';
import { generateKeys } from './authority/keys.ts';

/** The client CA that signs now, and those whose certificates are still accepted. */
export class Trust {
  #current: ClientAuthority;
  #former: ClientAuthority[] = [];

  constructor(current: ClientAuthority) {
    this.#current = current;
  }

  current(): ClientAuthority {
    return this.#current;
  }

  /** Every CA certificate that client certificates may come from, PEM. */
  pems(): string[] {
    return [this.#current, ...this.#former].flatMap(({ issuingPem, rootPem }) => [issuingPem, rootPem]);
  }

  /** Signs with a CA of fresh keys from now on; the old one's certificates go on being accepted where `keepOld` is true. */
  async rotate(keepOld: boolean): Promise<void> {
    const next = await createClientAuthority(await generateKeys(), Date.now());
    this.#former = keepOld ? [this.#current, ...this.#former] : [];
    this.#current = next;
  }
}

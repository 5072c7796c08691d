import { Agent, type RequestOptions } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';

/** Reads keys and certificates once, where Node would for every connection, which takes milliseconds and keeps all of them. */
export class OneContextAgent extends Agent {
  #context: SecureContext | undefined;

  override createConnection(options: RequestOptions, callback?: Parameters<Agent['createConnection']>[1]) {
    this.#context ??= createSecureContext(options);
    const known: RequestOptions & { readonly secureContext: SecureContext } = {
      ...options,
      secureContext: this.#context,
    };
    return super.createConnection(known, callback);
  }
}

import { Agent, type RequestOptions } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';

/**
 * Of connections to one server by one credential. It reads keys and certificates once, where Node would for every connection,
 * which takes milliseconds and keeps all of them.
 */
export class OneContextAgent extends Agent {
  #context: SecureContext | undefined;

  /** Node's has all certificates and keys in it, and is put together several times for each request. */
  override getName({ host = '', port = '' }: RequestOptions = {}): string {
    return `${host}:${port}`;
  }

  override createConnection(options: RequestOptions, callback?: Parameters<Agent['createConnection']>[1]) {
    this.#context ??= createSecureContext(options);
    const known: RequestOptions & { readonly secureContext: SecureContext } = {
      ...options,
      secureContext: this.#context,
    };
    return super.createConnection(known, callback);
  }
}

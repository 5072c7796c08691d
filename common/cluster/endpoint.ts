import type { Agent } from 'node:http';
import type { Sensitive } from '../sensitive.ts';

/** How one request proves who sends it. */
export interface Credential {
  /** Holds the few keep-alive connections, and the client certificate where there is one. */
  readonly agent: Agent;
  /** The whole `Authorization` header. */
  readonly authorization?: Sensitive | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/** An API server and somebody who may talk to it. */
export interface Endpoint {
  /** Scheme, host, port and, behind a gateway, a path; without a slash at the end. */
  readonly server: string;
  /** The credential to send now; read anew by itself when it is about to grow old. */
  credential(): Promise<Credential>;
  /** Reads the credential anew, because the server answered 401. */
  renewed(): Promise<Credential>;
  /** Closes the connections that nobody uses. */
  close(): void;
}

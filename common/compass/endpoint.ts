import type { LookupFunction } from 'node:net';
import type { Clock } from '../clock.ts';
import type { CompassError } from '../errors.ts';
import type { Sensitive } from '../sensitive.ts';

/** What proves the Runtime's identity over mutual TLS. */
export interface ClientCredential {
  /** PEM, leaf first, then the issuing CAs. */
  readonly certificateChain: string;
  /** PEM of the private key. */
  readonly key: Sensitive;
  /** SHA-256 of the leaf's DER in lower-case hex: the only identity, since every serial number is 2. */
  readonly fingerprint: string;
}

/** How Compass is called: everything that is the same for every operation of one target. */
export interface Endpoint {
  readonly url: string;
  /** For messages and metrics. */
  readonly target: 'connector' | 'connector-mtls' | 'director';
  readonly credential?: ClientCredential | undefined;
  /** An administrator's bearer token (the plugin's `token request`), never the sidecar's. */
  readonly bearer?: Sensitive | undefined;
  readonly tenant?: string | undefined;
  /** Ends calls that carry no token, beside the transport's own signal: reason Stopping. */
  readonly signal?: AbortSignal | undefined;
  /** First part of `x-request-id`: the Runtime's id. */
  readonly runtimeId?: string | undefined;
}

/** How a call is carried out: what the settings say, the same for all targets. */
export interface Transport {
  /** PEM of further roots to trust for Compass, beside the system's and NODE_EXTRA_CA_CERTS. */
  readonly extraRoots?: readonly string[];
  /** APP_SKIP_COMPASS_TLS_VERIFY: no verification of the server at all. */
  readonly skipVerify?: boolean;
  /** HTTPS_PROXY, NO_PROXY as in the environment. */
  readonly proxy?: { readonly httpsProxy?: string; readonly noProxy?: string };
  /** Resolves names to addresses; the machine's own resolver where it is left out. */
  readonly lookup?: LookupFunction;
  /** How long name, TCP, proxy and TLS may take together, in milliseconds; thirty seconds where it is left out. */
  readonly connectMs?: number;
  /** How long a call without a token may take, in milliseconds; sixty seconds where it is left out. */
  readonly callMs?: number;
  /** How long a connection may be idle, in milliseconds; five seconds where it is left out. */
  readonly idleMs?: number;
  /** Aborts the calls under way that carry no one-time token; those with one are always awaited. */
  readonly signal?: AbortSignal;
  /** Nobody waits for a connection any more: those that are still being made are given up. */
  readonly closed?: AbortSignal;
  /** Judges dates and measures calls; the machine's own where it is left out. Time-outs run in real time. */
  readonly clock?: Clock;
  /** Told after each call, for metrics and logs: no variables, no answers. */
  readonly observe?: (call: ObservedCall) => void;
  /** Told of each connection that is ready, before anything is sent on it. */
  readonly observeConnection?: (connection: ObservedConnection) => void;
}

/** A connection whose TLS handshake is done on our side, and whose server is verified unless that is switched off. */
export interface ObservedConnection {
  /** Host and port of the proxy that it goes through. */
  readonly proxy: string | undefined;
  /** The other side's address: the proxy's, where there is one. */
  readonly address: string | undefined;
  /** As OpenSSL calls it: `TLSv1.3`. */
  readonly tlsVersion: string | undefined;
  /** Who issued the server's certificate. */
  readonly issuer: string;
  /** Name, TCP, proxy and TLS together. */
  readonly durationMs: number;
}

export interface ObservedCall {
  readonly target: Endpoint['target'];
  readonly operation: string;
  readonly requestId: string;
  readonly durationMs: number;
  readonly bytes: number;
  /** `ok`, or the Reason of the error. */
  readonly outcome: string;
  /** What went wrong: free of secrets, as every CompassError is. */
  readonly error?: CompassError;
  /** HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** The server's clock by its `Date` header less ours, in milliseconds. */
  readonly clockSkewMs?: number;
}

import { tracingChannel } from 'node:diagnostics_channel';

/** One request to the API server or to Compass, as a program announces it on Node's diagnostics channels. */
export interface TracedCall {
  readonly side: 'cluster' | 'compass';
  /** `create secrets`, `update secrets (dry run)`, `signCertificateSigningRequest`: no names, no values. */
  readonly what: string;
}

/** Before and after every call: for whoever looks at this process from within, such as a debugger or a test of crashes. */
export const CALLS = tracingChannel<TracedCall, TracedCall>('kubectl-compass.call');

/** Makes a call, and announces it where somebody listens. */
export function traceCall<T>(call: TracedCall, make: () => Promise<T>): Promise<T> {
  return CALLS.hasSubscribers ? CALLS.tracePromise(make, call) : make();
}

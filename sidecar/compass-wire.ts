import type { Clock } from '#common/clock.ts';
import type { ObservedCall, Transport } from '#common/compass/endpoint.ts';
import { readRoots } from '#common/compass/roots.ts';
import { CompassError, messageOf } from '#common/errors.ts';
import type { Log } from '#common/log.ts';
import { readFileUpTo } from '#common/read-file.ts';
import type { Config } from './config.ts';
import { CompassTime, SKEW_TOLERATED_MS } from './connection/compass-time.ts';
import type { ContactObservation, Warning } from './status/observation.ts';

export interface CompassWireOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly stopping: AbortSignal;
  /** Told of each call: for the metrics. */
  readonly observe?: (call: ObservedCall) => void;
  /** Makes the whole process trust these roots, too, where that is ours to do: else each connection gets them. */
  readonly trust?: ((roots: readonly string[]) => void) | undefined;
}

/** Many times the roots of a whole operating system, in bytes. */
const LARGEST_BUNDLE = 8 * 1024 * 1024;

/** The way to Compass: one transport for the process, and what it has shown. */
export class CompassWire {
  readonly transport: Transport;
  readonly time: CompassTime;
  /** PEM of the roots in the bundles of the settings. */
  readonly roots: readonly string[];
  readonly #config: Config;
  readonly #closed = new AbortController();
  #contact: ContactObservation | undefined;

  /** Reads the bundles of roots. Throws InvalidSetting for one that cannot be read or has no certificate in it. */
  static async open(options: CompassWireOptions): Promise<CompassWire> {
    return new CompassWire(options, await readBundles(options));
  }

  private constructor(options: CompassWireOptions, roots: readonly string[]) {
    const { config, clock, trust, stopping: signal } = options;
    const ownRoots = rootsOf(roots, trust);
    this.#config = config;
    this.roots = roots;
    this.time = new CompassTime(clock);
    this.transport = {
      get extraRoots() {
        return ownRoots();
      },
      skipVerify: config.skipCompassTlsVerify,
      proxy: config.proxy,
      clock,
      signal,
      closed: this.#closed.signal,
      observe: (call) => this.#observe(call, options),
    };
  }

  /** Gives up what is still being connected, which nobody waits for: it would keep the process. */
  close(): void {
    this.#closed.abort();
  }

  /** The last call of the Connector, by token or by certificate. */
  get connectorContact(): ContactObservation | undefined {
    return this.#contact;
  }

  /** What is wrong with the way to Compass although it works. */
  warnings(): Warning[] {
    const warnings: Warning[] = [];
    if (this.#config.skipCompassTlsVerify) {
      const message =
        'APP_SKIP_COMPASS_TLS_VERIFY is true: anybody on the way to Compass can read and change everything';
      warnings.push({ type: 'TLSVerificationDisabled', message });
    }
    const { skewMs = 0 } = this.time;
    if (Math.abs(skewMs) > SKEW_TOLERATED_MS) {
      // In steps, so that a text that differs by a minute is not written round after round.
      const minutes = Math.abs(Math.round(skewMs / SKEW_TOLERATED_MS) * 5);
      const direction = skewMs > 0 ? 'ahead of' : 'behind';
      const message = `the clock of Compass is about ${minutes} minutes ${direction} ours, and dates are judged by it; correct the clock of the node`;
      warnings.push({ type: 'ClockSkew', message });
    }
    return warnings;
  }

  #observe(call: ObservedCall, { config, clock, log, observe }: CompassWireOptions): void {
    observe?.(call);
    if (call.clockSkewMs !== undefined) this.time.observe(call.clockSkewMs);
    const { error, ...facts } = call;
    if (config.queryLogging) log.info('called Compass', { ...facts, durationMs: Math.round(call.durationMs) });
    if (call.target !== 'director') this.#contact = { time: clock.now(), latencyMs: call.durationMs, error };
  }
}

/**
 * The roots that each connection needs of its own: none where the process trusts them, which it begins to when they are asked
 * for, with the first connection. To trust them takes as long as ten requests, and the start is to be quick.
 */
function rootsOf(roots: readonly string[], trust: CompassWireOptions['trust']): () => readonly string[] {
  if (!trust) return () => roots;
  let isTrusted = roots.length === 0;
  return () => {
    if (!isTrusted) trust(roots);
    isTrusted = true;
    return [];
  };
}

async function readBundles({ config, log }: CompassWireOptions): Promise<string[]> {
  const roots: string[] = [];
  for (const file of config.caBundleFiles) {
    const bundle = readRoots(await readBundle(file));
    for (const problem of bundle.problems) log.warn('a bundle of roots is not good', { file, problem });
    roots.push(...bundle.roots);
  }
  return roots;
}

async function readBundle(file: string): Promise<string> {
  try {
    return (await readFileUpTo(file, LARGEST_BUNDLE)).toString('utf8');
  } catch (error) {
    const message = `the bundle of roots ${file} cannot be read: ${messageOf(error)}; correct APP_COMPASS_CA_BUNDLE or NODE_EXTRA_CA_CERTS`;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError('InvalidSetting', message, { cause: error });
  }
}

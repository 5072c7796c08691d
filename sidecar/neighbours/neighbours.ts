import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Secret } from '#common/cluster/objects.ts';
import type { Transport } from '#common/compass/endpoint.ts';
import { formatDuration } from '#common/duration.ts';
import type { Log } from '#common/log.ts';
import type { Config } from '../config.ts';
import type { Verdict } from '../health/verdict.ts';
import { CredentialSource } from './credential-source.ts';
import { DirectorProxy } from './director-proxy.ts';
import type { Destination } from './forward.ts';
import { KeptFolder } from './kept-folder.ts';
import { neighbourMetrics } from './neighbour-metrics.ts';
import { watchSecret } from './watch-secret.ts';

export interface NeighboursOptions {
  readonly config: Config;
  readonly cluster: Cluster;
  readonly transport: Transport;
  /** PEM of the roots of APP_COMPASS_CA_BUNDLE. */
  readonly roots: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
}

/** What the workloads beside the sidecar get, from the client Secret as it is: files, and the Director proxy. */
export class Neighbours {
  readonly #options: NeighboursOptions;
  readonly #source: CredentialSource;
  readonly #folder: KeptFolder | undefined;
  #proxy: DirectorProxy | undefined;

  /** Throws InvalidSetting for a folder or a port that cannot be used. */
  static async open(options: NeighboursOptions): Promise<Neighbours> {
    const neighbours = new Neighbours(options);
    await neighbours.#openProxy();
    return neighbours;
  }

  private constructor(options: NeighboursOptions) {
    const { config, clock, log } = options;
    this.#options = options;
    this.#source = new CredentialSource({ secret: config.clientSecret, clock, log });
    if (config.credentialsFolder !== undefined)
      this.#folder = KeptFolder.open({ ...options, path: config.credentialsFolder });
  }

  async #openProxy(): Promise<void> {
    const { config, transport, clock, log } = this.#options;
    const { directorProxyPort: port, queryLogging } = config;
    if (port === undefined) return;
    const destination = () => this.#destination();
    this.#proxy = await DirectorProxy.open({ port, transport, clock, log, queryLogging, destination });
    log.info('the Director proxy listens on loopback', { port: this.#proxy.port });
  }

  /** Keeps it until `stopping`, and then until the queries under way have ended. */
  async run(stopping: AbortSignal): Promise<void> {
    const { cluster, config, clock, random, log } = this.#options;
    const onSecret = (secret: Secret | undefined) => {
      this.#source.take(secret);
      if (this.#source.current) this.#folder?.keep(this.#source.current);
    };
    const onFailure = (error: unknown) => this.#source.fail(error);
    const { clientSecret: secret } = config;
    await Promise.all([
      watchSecret({ cluster, secret, clock, random, log, signal: stopping, onSecret, onFailure }),
      this.#folder?.run(stopping),
      this.#proxy?.run(stopping),
    ]);
  }

  /** What was opened, where it never ran. */
  async close(): Promise<void> {
    await this.#proxy?.close();
  }

  /** Whether queries of neighbours are under way, which a pause would hold up. */
  get isBusy(): boolean {
    return (this.#proxy?.traffic.underWay ?? 0) > 0;
  }

  /** Whether neighbours have what they need; what is wrong although they do is said as well. */
  verdict(): Verdict {
    const { current, problem } = this.#source;
    const folder = this.#folder?.problem;
    if (folder !== undefined) return { ok: false, text: folder };
    if (!current) return { ok: false, text: `neighbours have no credentials: ${problem ?? 'unknown'}` };
    const expiredMs = this.#options.clock.now() - current.credential.notAfter;
    if (expiredMs >= 0)
      return { ok: false, text: `the certificate of the neighbours has expired for ${formatDuration(expiredMs)}` };
    const asides = [problem === undefined ? undefined : `the last good credentials are kept: ${problem}`];
    if (this.#proxy && typeof this.#destination() === 'string') asides.push(`the Director proxy waits: ${this.#why()}`);
    asides.push(this.#folder?.notifier.problem);
    return { ok: true, text: ['ok: neighbours have credentials', ...asides.filter((text) => text)].join('; ') };
  }

  /** In Prometheus' text format. */
  metrics(): string {
    const { current, problem } = this.#source;
    const notAfter = current?.credential.notAfter;
    const problems = {
      secret: problem !== undefined,
      expired: notAfter !== undefined && notAfter <= this.#options.clock.now(),
      folder: this.#folder?.problem !== undefined,
      notification: this.#folder?.notifier.problem !== undefined,
    };
    const { generation, notifier } = this.#folder ?? {};
    return neighbourMetrics({
      problems,
      notAfter,
      generation,
      notifications: notifier?.counts,
      traffic: this.#proxy?.traffic,
    });
  }

  #why(): string {
    const destination = this.#destination();
    return typeof destination === 'string' ? destination : '';
  }

  /** Where queries go, or why they cannot. */
  #destination(): Destination | string {
    const { current, problem, place } = this.#source;
    if (!current) return problem ?? `${place} was not read yet`;
    const { credential, details } = current;
    if (credential.notAfter <= this.#options.clock.now()) return 'the client certificate has expired';
    if (!details) return `${place} does not say where the Director is: a sidecar that keeps the connection writes that`;
    if (!/^https:\/\//i.test(details.directorUrl)) return 'the URL of the Director is not https';
    return { credential, details };
  }
}

import type { Endpoint } from '#common/compass/endpoint.ts';
import { formatDuration } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import type { Warning } from '../status/observation.ts';
import type { ConnectionContext } from './context.ts';
import { reachConnector } from './preflight-way.ts';
import { requirePairStorable, requireStorable } from './preflight-writes.ts';

/** With clocks this far apart, no certificate that is issued would be taken for valid here. */
const SKEW_BLOCKING_MS = 24 * 3_600_000;

/** A way that was open a moment ago is not tried again: the fleet shares one rate limit. */
const WAY_KEPT_MS = 10 * 60_000;

/**
 * What can be told beforehand, so that no token is spent where its result could not be stored or used: rights, writes
 * without storing, the way to the Connector, and the clocks.
 */
export class Preflight {
  readonly #context: ConnectionContext;
  #way: { readonly url: string; readonly atMs: number } | undefined;
  /** What the last one could not prove, or found and let pass. */
  warnings: readonly Warning[] = [];

  constructor(context: ConnectionContext) {
    this.#context = context;
  }

  /** Throws StoreForbidden, ClockSkew, what a call of the Connector throws, and what the cluster throws and may pass. */
  async run(connector: Endpoint): Promise<void> {
    const { steps, log } = this.#context;
    const doing = 'what can be checked before a token is used';
    await steps.during('preflight', doing, () => this.#check(connector), describe);
    for (const { message } of this.warnings) log.warn('the preflight let something pass', { warning: message });
  }

  /**
   * Some time has passed since: whether what the second token gives can be stored, and what time it is at Compass, by which
   * that will be judged. Throws StoreForbidden, and what a call of the Connector throws.
   */
  async runAgain(connector: Endpoint): Promise<void> {
    const doing = 'whether a new pair can be stored still';
    const work = async () => {
      await requirePairStorable(this.#context);
      if (this.#context.compassTime.skewMs === undefined) await this.#requireWay(connector);
    };
    await this.#context.steps.during('preflight', doing, work, () => 'it can');
  }

  async #check(connector: Endpoint): Promise<readonly Warning[]> {
    this.warnings = [];
    this.warnings = await requireStorable(this.#context);
    await this.#requireWay(connector);
    this.#requireClock();
    return this.warnings;
  }

  async #requireWay(connector: Endpoint): Promise<void> {
    const { clock, compassTime } = this.#context;
    const known = this.#way;
    const isKnown = known?.url === connector.url && clock.monotonicMs() - known.atMs < WAY_KEPT_MS;
    if (isKnown && compassTime.skewMs !== undefined) return;
    await reachConnector(this.#context, connector);
    this.#way = { url: connector.url, atMs: clock.monotonicMs() };
  }

  #requireClock(): void {
    const { compassTime, config } = this.#context;
    const { skewMs = 0 } = compassTime;
    if (Math.abs(skewMs) <= SKEW_BLOCKING_MS || config.allowClockSkew) return;
    const direction = skewMs > 0 ? 'behind' : 'ahead of';
    throw new CompassError(
      'ClockSkew',
      `the clock here is ${formatDuration(Math.abs(skewMs))} ${direction} that of Compass; no token is used until that is corrected, or APP_ALLOW_CLOCK_SKEW is true`,
    );
  }
}

function describe(warnings: readonly Warning[]): string {
  const passed = 'rights, writes, the way to the Connector and the clocks are fine';
  return warnings.length === 0 ? passed : warnings.map(({ message }) => message).join('; ');
}

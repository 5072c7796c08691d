import type { Clock } from '#common/clock.ts';
import { formatDuration } from '#common/duration.ts';
import type { Observation } from '../status/observation.ts';
import type { Verdict } from './verdict.ts';

/** A pass ends at least once a minute while the cluster answers; without one for so long nothing known is true any more. */
const LONGEST_SILENCE_MS = 5 * 60_000;

/** Whether this replica can do its work: it leads or stands by, and has credentials. Never gives a secret away. */
export class Readiness {
  readonly #clock: Clock;
  #verdict: Verdict = { ok: false, text: 'starting: no reconcile pass has ended yet' };
  #sinceMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  /** Told of every pass of the leader, and the state that followed from it. */
  readonly onObservation = ({ connection, credential }: Observation, state: string): void => {
    const isUsable = credential !== undefined && state !== 'ConnectionFailed';
    const { reason = 'InternalError', message = 'not connected' } = connection.error ?? {};
    this.#set({ ok: isUsable, text: isUsable ? 'ok: leading' : `leading without credentials: ${reason}: ${message}` });
  };

  /** Told by a replica that begins to lead, before Compass is asked for anything. */
  readonly onLeading = (hasCredentials: boolean): void =>
    this.#set({ ok: hasCredentials, text: hasCredentials ? 'ok: leading' : 'leading: no pass has ended yet' });

  /** Told while somebody else works on the connection. */
  readonly onParked = (why: string): void => this.#set({ ok: false, text: why });

  /**
   * Told now and then by a replica that waits for the Lease, and who else has that. What the leader lacks as well keeps nobody
   * from taking its place: an update of the Deployment that mends it waits until the new one is ready.
   */
  readonly onStandby = (hasCredentials: boolean, leader?: string): void => {
    const lacking = `standing by without credentials${leader === undefined ? '' : `, like ${leader}, which leads`}`;
    const ok = hasCredentials || leader !== undefined;
    const text = hasCredentials ? 'standing by' : lacking;
    this.#set({ ok, text: ok ? `ok: ${text}` : text });
  };

  verdict(): Verdict {
    const silentMs = this.#clock.monotonicMs() - this.#sinceMs;
    if (!this.#verdict.ok || silentMs < LONGEST_SILENCE_MS) return this.#verdict;
    return { ok: false, text: `no reconcile pass has ended for ${formatDuration(silentMs)}; see the log` };
  }

  #set(verdict: Verdict): void {
    this.#verdict = verdict;
    this.#sinceMs = this.#clock.monotonicMs();
  }
}

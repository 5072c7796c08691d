import { CLOCK_GRACE_MS } from '#common/clock.ts';

const SECOND = 1;
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const YEAR = 365 * DAY;

interface Band {
  /** In seconds; the band holds for what is shorter. */
  readonly below: number;
  readonly unit: readonly [label: string, seconds: number];
  /** Shown too, unless it is zero. */
  readonly rest?: readonly [label: string, seconds: number];
}

/** Where kubectl changes its units (`k8s.io/apimachinery/pkg/util/duration`, HumanDuration). */
const BANDS: readonly Band[] = [
  { below: 2 * MINUTE, unit: ['s', SECOND] },
  { below: 10 * MINUTE, unit: ['m', MINUTE], rest: ['s', SECOND] },
  { below: 3 * HOUR, unit: ['m', MINUTE] },
  { below: 8 * HOUR, unit: ['h', HOUR], rest: ['m', MINUTE] },
  { below: 2 * DAY, unit: ['h', HOUR] },
  { below: 8 * DAY, unit: ['d', DAY], rest: ['h', HOUR] },
  { below: 2 * YEAR, unit: ['d', DAY] },
  { below: 8 * YEAR, unit: ['y', YEAR], rest: ['d', DAY] },
  { below: Number.POSITIVE_INFINITY, unit: ['y', YEAR] },
];

/**
 * A length of time in kubectl's words: `38s`, `2m22s`, `5h30m`, `12d`; `<invalid>` where it is negative by more than two
 * clocks differ by.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1_000);
  if (!(ms >= -CLOCK_GRACE_MS)) return '<invalid>';
  if (seconds < 0) return '0s';
  const band = BANDS.find(({ below }) => seconds < below);
  if (!band) return '<invalid>';
  const whole = `${Math.floor(seconds / band.unit[1])}${band.unit[0]}`;
  if (!band.rest) return whole;
  const rest = Math.floor((seconds % band.unit[1]) / band.rest[1]);
  return rest === 0 ? whole : `${whole}${rest}${band.rest[0]}`;
}

/** When something comes: `in 38s`, and `now` from the last second before it to as long after it as two clocks differ by. */
export function comingIn(ms: number): string {
  return ms < 1_000 && ms >= -CLOCK_GRACE_MS ? 'now' : `in ${humanDuration(ms)}`;
}

/** How long ago a time was, as kubectl's AGE column: `<unknown>` where there is none. */
export function age(time: string | null | undefined, now: number): string {
  const at = time ? Date.parse(time) : Number.NaN;
  return Number.isNaN(at) ? '<unknown>' : humanDuration(now - at);
}

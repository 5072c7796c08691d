const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** So far a weekday means one day only. */
const NEAR_MS = 6 * 86_400_000;

/** A date that people read, in UTC: the weekday where it is near enough to be meant, `Sat 03:12 UTC`. */
export function moment(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const isNear = Math.abs(at - now) < NEAR_MS;
  const day = isNear ? (WEEKDAYS[new Date(at).getUTCDay()] ?? '') : iso.slice(0, 10);
  return `${day} ${iso.slice(11, 16)} UTC`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** A Runtime's id is a UUID: its first group tells two of them apart. */
export function short(id: string): string {
  return /^[0-9a-f]{8}-/i.test(id) ? id.slice(0, 8) : id;
}

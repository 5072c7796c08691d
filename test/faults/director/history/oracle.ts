import { canBeApplied, type Served } from './director-model.ts';
import { type History, HOLD_MS, LONGEST_GAP_MS, MINUTE_MS, type Round } from './play.ts';

/** What the rule of deleting says of a round by its letter, found out from what was given out and not from what was judged. */
export interface Seen extends Round {
  /** What is listed, of a whole listing: every page read, counts agree, nothing twice, nothing without an id. */
  readonly listed: ReadonlySet<string> | undefined;
  /** The uids of what is present and not listed; none where the listing is not whole. */
  readonly going: ReadonlySet<string>;
}

export function wholeListing({ pages, hasEnded, hasFailed }: Served): ReadonlySet<string> | undefined {
  const ids = pages.flatMap((page) => page.ids);
  const isWhole = hasEnded && !hasFailed && pages.every(({ total }) => total === ids.length);
  const listed = new Set(ids.flatMap((id) => id ?? []));
  return isWhole && listed.size === ids.length ? listed : undefined;
}

export function see<R extends Round>(round: R): R & Seen {
  const listed = wholeListing(round.served);
  const going = [...round.present].filter(([, id]) => listed && !listed.has(id)).map(([uid]) => uid);
  return { ...round, listed, going: new Set(going) };
}

/** What is wrong with a history; undefined where it is as it should be. */
export function findFault(history: History): string | undefined {
  const rounds = history.rounds.map(see);
  return findWrongDeletion(history, rounds) ?? leftOver(history, rounds);
}

/** What was deleted of what is not listed although it was not to be, or was to be and was not. */
export function findWrongDeletion(history: Pick<History, 'faultiness'>, rounds: readonly Seen[]): string | undefined {
  for (const [at, round] of rounds.entries()) {
    const before = rounds.slice(0, at);
    const fault = wrongDeletion(history, before, round) ?? missedDeletion(before, round);
    if (fault) return `round ${at}: ${fault}`;
  }
  return undefined;
}

/** The whole listings since the process began that are as this one is, with nothing but broken ones between. */
export function equalsOf(before: readonly Seen[], round: Seen): Seen[] {
  const equals: Seen[] = [];
  for (let at = before.length - 1; at >= 0 && !(before[at + 1] ?? round).isFirst; at -= 1) {
    const other = before[at];
    if (!other?.listed) continue;
    if (!isSame(other.listed, round.listed)) break;
    equals.push(other);
  }
  return equals;
}

function wrongDeletion(history: Pick<History, 'faultiness'>, before: readonly Seen[], round: Seen): string | undefined {
  const chosen = [...round.deleted, ...round.refused];
  if (chosen.length === 0) return undefined;
  if (!round.listed) return 'deleted by a listing that is not whole';
  const equals = equalsOf(before, round);
  for (const uid of chosen) {
    const why = wrongReason(history, equals, round, uid);
    if (why) return `deleted ${round.present.get(uid)}, ${why}`;
  }
  return isToHold(before, round) && !isReleased(before, equals, round)
    ? 'deleted a plan that was to be held'
    : undefined;
}

function wrongReason(
  history: Pick<History, 'faultiness'>,
  equals: readonly Seen[],
  round: Seen,
  uid: string,
): string | undefined {
  if (!round.going.has(uid)) return 'which is listed';
  const isConfirmed = equals.some((one) => one.going.has(uid) && round.beganMs - one.endedMs >= MINUTE_MS);
  if (!isConfirmed) return 'without a second listing a minute before';
  const isThere = history.faultiness.lie === 0 && round.truth.has(round.present.get(uid) ?? '');
  return isThere ? 'which the Director has' : undefined;
}

/** The larger of ten and a tenth, and never all of more than one, nor what somebody wanted to keep. */
function isToHold(before: readonly Seen[], round: Seen): boolean {
  const present = round.present.size;
  const going = round.going.size;
  const budget = Math.max(10, Math.floor(present / 10));
  const isLarge = going > budget || (going === present && present > 1) || round.listed?.size === 0;
  const rejected = decisionOn(before, round);
  return going > 0 && (isLarge || rejected?.verdict === 'rejected');
}

/** By time, or by what somebody said; what is left of such a plan goes on. */
function isReleased(before: readonly Seen[], equals: readonly Seen[], round: Seen): boolean {
  const said = decisionOn(before, round);
  const isWhole = said !== undefined && isLeftOf(said.uids, round);
  if (isWhole) return said.verdict === 'approved';
  return equals.some((one) => round.beganMs - one.endedMs >= HOLD_MS && isLeftOf([...one.going], round));
}

/** Nothing has come in, and what is missing is gone from the cluster. */
function isLeftOf(uids: readonly string[], { going, present }: Seen): boolean {
  return [...going].every((uid) => uids.includes(uid)) && uids.every((uid) => going.has(uid) || !present.has(uid));
}

/** The last word, as long as no whole listing has made it void. */
function decisionOn(before: readonly Seen[], round: Seen): Round['said'] {
  const rounds = [...before, round];
  const at = rounds.findLastIndex(({ said }) => said !== undefined);
  const said = rounds[at]?.said;
  if (!said) return undefined;
  const since = rounds.slice(at).filter(({ listed, isCut }) => listed !== undefined && !isCut);
  const stands = (seen: Seen) =>
    seen.going.size > 0 &&
    (isLeftOf(said.uids, seen) || (said.verdict === 'rejected' && said.uids.some((uid) => seen.going.has(uid))));
  return since.every(stands) ? said : undefined;
}

/** Of two whole and equal listings in a row, a minute apart, what the second had to delete. */
function missedDeletion(before: readonly Seen[], round: Seen): string | undefined {
  const last = before.at(-1);
  if (!last?.listed || !isSame(last.listed, round.listed) || isDoubtful(last, round)) return undefined;
  const apartMs = round.beganMs - last.endedMs;
  if (apartMs > LONGEST_GAP_MS || decisionOn(before, round)?.verdict === 'rejected') return undefined;
  const chosen = new Set([...round.deleted, ...round.refused]);
  // What was let go is let go until it is gone, as long as no listing differs.
  const isLeft = last.refused.length > 0 && isLeftOf([...last.going], round);
  const isFree = !isToHold(before, round) || decisionOn(before, round)?.verdict === 'approved';
  const due = isLeft ? last.refused : apartMs >= MINUTE_MS && isFree ? [...last.going] : [];
  const missed = due.find((uid) => round.going.has(uid) && !chosen.has(uid));
  return missed === undefined ? undefined : `did not delete ${round.present.get(missed)}`;
}

function isDoubtful(last: Seen, round: Seen): boolean {
  return round.isFirst || round.torn.length > 0 || last.isCut === true || round.isCut === true;
}

/** At the end the cluster has what the Director has, but for what somebody rejected. */
function leftOver({ quietFrom }: History, rounds: readonly Seen[]): string | undefined {
  const last = rounds.at(-1);
  if (!last || rounds.length <= quietFrom || last.held?.isRejected) return undefined;
  const present = [...last.present].filter(([uid]) => !last.deleted.includes(uid)).map(([, id]) => id);
  const wanted = new Set([...last.truth].filter(canBeApplied));
  return isSame(new Set(present), wanted)
    ? undefined
    : `at the end ${present.length} are there, and ${wanted.size} should be`;
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string> | undefined): boolean {
  return other !== undefined && one.size === other.size && [...one].every((id) => other.has(id));
}

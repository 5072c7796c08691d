import type { TracedCall } from '#common/calls.ts';

/**
 * The Lease, the watches with their lists, the report, which is told of progress while the pass goes on, and the questions
 * about rights, which are asked all at once.
 */
const BESIDE = / leases|^cluster watch |configmaps|^cluster list (?!applications)|selfsubjectaccessreviews/;
const READ = /^cluster (get|list) /;
/** What every pass of a leader reads first. */
const PASS = /^cluster get compassconnections/;
const AT_START = 'the start';

/** A call that goes on beside the pass: at no certain time. Reads before the first pass of a leader are a standby's. */
export function isBeside(name: string): boolean {
  return BESIDE.test(name) || name.endsWith(` since ${AT_START}`);
}

/** A call that changes nothing. */
export function isRead(name: string): boolean {
  return READ.test(name);
}

/** The name without its number. */
export function kindOf(name: string): string {
  return name.replace(/ #\d+( since .*)?$/, '');
}

/**
 * Names the calls of one process: `cluster create secrets #2` is the second of its kind. A read is counted since the last
 * call that was none (`cluster get secrets #1 since compass configuration #1`), so that a pass more or less renames nothing.
 */
export function pointNames(): (call: TracedCall) => string {
  const counts = new Map<string, number>();
  let since = AT_START;
  const numbered = (kind: string, suffix = '') => {
    const count = (counts.get(kind + suffix) ?? 0) + 1;
    counts.set(kind + suffix, count);
    return `${kind} #${count}${suffix}`;
  };
  return ({ side, what }) => {
    const kind = `${side} ${what}`;
    if (BESIDE.test(kind)) return numbered(kind);
    if (READ.test(kind) && !PASS.test(kind)) return numbered(kind, ` since ${since}`);
    since = numbered(kind);
    return since;
  };
}

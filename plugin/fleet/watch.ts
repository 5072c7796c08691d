import type { Invocation } from '../command.ts';
import { canRepaint } from '../output/can-repaint.ts';
import { exitCodeOfWatch } from '../status/watch.ts';
import { count } from '../status/words.ts';
import { readerGone } from '../watch/reader-gone.ts';
import { Repaint } from '../watch/repaint.ts';
import { memberDocument } from './document.ts';
import type { Member } from './member.ts';
import type { FleetOptions } from './options.ts';
import { survey } from './survey.ts';
import { formatFleet, hasSeveral } from './table.ts';

/** Shows what one round came to. */
type Show = (members: readonly Member[]) => void;

/**
 * Asks all contexts round after round until it is stopped, or nobody reads any more. A credential plugin is asked in each
 * round, as by kubectl in each call: what it gave last time, it keeps itself.
 */
export async function watchFleet(
  invocation: Invocation,
  contexts: readonly string[],
  ask: (context: string) => Promise<readonly Member[]>,
  { concurrency, intervalMs }: FleetOptions,
): Promise<number> {
  const { clock, interrupted, stdout, progress } = invocation;
  const signal = AbortSignal.any([interrupted, readerGone(stdout)]);
  const show = showOf(invocation);
  progress.busy('fleet', `asking ${count(contexts.length, 'context')}`);
  while (!signal.aborted) {
    const quiet = { onProgress: () => undefined, onMembers: () => undefined };
    const members = await survey(contexts, { concurrency, ask, ...quiet });
    progress.clear();
    // What an interruption cut off is no answer.
    if (interrupted.aborted) break;
    show(members);
    await clock.sleep(intervalMs, signal);
  }
  return exitCodeOfWatch(interrupted);
}

function showOf(invocation: Invocation): Show {
  const { output, stdout, env } = invocation;
  if (output.format === 'json' || output.format === 'ndjson') return documents(invocation);
  return canRepaint(stdout, env) ? repainting(invocation) : changedRows(invocation);
}

function repainting({ stdout, style, output, clock, flags }: Invocation): Show {
  const screen = new Repaint(stdout);
  const isWide = output.format === 'wide';
  return (members) => {
    const head = [`watching ${count(members.length, 'connection')}`, wallClock(clock.now()), '^C stops'];
    const table = formatFleet(members, {
      ...style,
      isWide,
      isNamed: isWide || hasSeveral(members),
      hasHead: !flags.isOn('no-headers'),
    });
    const rows = table.split('\n').slice(0, -1);
    screen.paint([style.paint.dim(head.join(style.symbols.dot)), ...rows], style.symbols.ellipsis);
  };
}

function wallClock(now: number): string {
  return new Date(now).toTimeString().slice(0, 8);
}

/** The whole table first, then each row whenever it says something else than that time has passed. */
function changedRows({ stdout, style, output, flags }: Invocation): Show {
  const widths: number[] = [];
  const changesIn = changes();
  let hasHead = !flags.isOn('no-headers');
  let isNamed = output.format === 'wide';
  return (members) => {
    isNamed ||= hasSeveral(members);
    const changed = changesIn(members);
    if (changed.length === 0) return;
    stdout.write(formatFleet(changed, { ...style, isWide: output.format === 'wide', isNamed, hasHead, widths }));
    hasHead = false;
  };
}

function documents({ stdout, clock }: Invocation): Show {
  const changesIn = changes();
  return (members) => {
    for (const member of changesIn(members)) {
      stdout.write(`${JSON.stringify(memberDocument(member, clock.now()))}\n`);
    }
  };
}

/** The members that differ from what they were in the round before; all of them at first. */
function changes(): (members: readonly Member[]) => readonly Member[] {
  let before = new Map<string, string>();
  return (members) => {
    const now = new Map(members.map((member) => [nameOf(member), keyOf(member)]));
    const changed = members.filter((member) => before.get(nameOf(member)) !== keyOf(member));
    before = now;
    return changed;
  };
}

function nameOf({ context, view }: Member): string {
  return JSON.stringify([context, view?.facts.name]);
}

/** What has to differ: not the seconds that pass, nor the Lease that is renewed. */
function keyOf({ state, view, error }: Member): string {
  const { sync, identity, agent } = view?.facts ?? {};
  const problems = view?.judgement.problems.map(({ reason, severity }) => [reason, severity]);
  const counts = [sync?.listed, sync?.inSync, sync?.present, sync?.held?.id, sync?.suspended, sync?.revision];
  return JSON.stringify([state, problems, counts, identity?.notAfter, agent?.version, error?.reason]);
}

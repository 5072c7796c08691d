import { Writable } from 'node:stream';
import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { readContexts } from '../kubeconfig/contexts.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { canRepaint } from '../output/can-repaint.ts';
import { plain } from '../output/text.ts';
import { count } from '../status/words.ts';
import { reasonOfInterruption } from '../wait/interruption.ts';
import { askContext } from './ask-context.ts';
import { fleetDocument, memberDocument } from './document.ts';
import { isUnhealthy, type Member } from './member.ts';
import { chosenContexts, type FleetOptions } from './options.ts';
import { survey } from './survey.ts';
import { formatFleet, hasSeveral } from './table.ts';
import { nextOfMember, verdictOf } from './verdict.ts';

/** `kubectl compass fleet status`: ask all contexts side by side, judge each, print one table. */
export async function runFleetStatus(invocation: Invocation, options: FleetOptions): Promise<number> {
  const { flags, env, clock, stdin, stdout, stderr, style, output, interrupted, progress } = invocation;
  const contexts = await readContexts({ flags, env, clock, stderr });
  const names = await chosenContexts(flags, stdin, contexts.names);
  const ask = (context: string) =>
    askContext(context, {
      contexts,
      clock,
      namespace: sidecarNamespace(flags, env),
      timeoutMs: options.timeoutMs,
      interrupted,
      wordsOf: (name) => wordsOf(name, invocation),
    });
  if (flags.isOn('watch')) return (await import('./watch.ts')).watchFleet(invocation, names, ask, options);
  const isStreamed = output.format === 'ndjson';
  const members = await survey(names, {
    concurrency: options.concurrency,
    ask,
    onProgress: progressOf(names.length, invocation),
    onMembers: (ready) => {
      if (!isStreamed || interrupted.aborted) return;
      progress.clear();
      for (const member of ready) stdout.write(`${JSON.stringify(memberDocument(member, clock.now()))}\n`);
    },
  });
  if (interrupted.aborted) {
    throw new CompassError(reasonOfInterruption(interrupted), 'interrupted before all clusters had answered', {
      next: 'kubectl compass fleet status --help',
    });
  }
  progress.clear();
  if (!isStreamed) {
    const now = clock.now();
    const hasHead = !flags.isOn('no-headers');
    await invocation.print({
      document: () => fleetDocument(members, now),
      noHeaders: !hasHead,
      text: (format) => {
        const isWide = format === 'wide';
        return formatFleet(members, { ...style, isWide, hasHead, isNamed: isWide || hasSeveral(members) });
      },
    });
  }
  tellMore(members, invocation);
  return verdictOf(members).exitCode;
}

/** In place on a terminal; elsewhere one line, however many there are. */
function progressOf(total: number, { progress, stderr, env }: Invocation) {
  const isInPlace = canRepaint(stderr, env);
  let isTold = false;
  return (left: number, underWay: readonly string[]) => {
    if (isTold && !isInPlace) return;
    isTold = true;
    const answered = left < total ? `${total - left} of ${count(total, 'context')} answered` : undefined;
    const waiting = isInPlace && underWay.length > 0 ? `, waiting for ${underWay.join(', ')}` : '';
    progress.busy('fleet', `${answered ?? `asking ${count(total, 'context')}`}${waiting}`);
  };
}

/** What a credential plugin says, line by line, each with the context that it is about. */
function wordsOf(context: string, { stderr, progress, style }: Invocation): NodeJS.WritableStream {
  return new Writable({
    decodeStrings: false,
    write(chunk: Buffer | string, _encoding, done) {
      progress.clear();
      for (const line of chunk
        .toString()
        .split('\n')
        .filter((part) => part.trim() !== '')) {
        stderr.write(`${plain(`${context}: ${line}`, style.symbols)}\n`);
      }
      done();
    },
  });
}

/** Where to go on, and what could not be read. */
function tellMore(members: readonly Member[], { hint }: Invocation): void {
  const [first, ...others] = members.filter(isUnhealthy);
  if (first)
    hint(`${others.length + 1} not healthy; ${others.length > 0 ? 'the first' : 'more'}: ${nextOfMember(first)}`);
  for (const { context, view, place } of members) {
    for (const right of view?.facts.notPermitted ?? []) {
      hint(`${context}: ${describeRight(right)}; ask: ${canICommand(right, place)}`);
    }
  }
}

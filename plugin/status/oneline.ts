import { formatTime } from '#common/clock.ts';
import { humanDuration } from '../output/age.ts';
import type { Symbols } from '../output/symbols.ts';
import { plain } from '../output/text.ts';
import type { SuspensionFacts } from '../suspension/words.ts';
import type { ConnectionFacts } from './facts.ts';
import type { Judgement } from './judgement.ts';
import { renewalOf } from './renewal.ts';

/** Columns of the verdict, the longest of which is `disconnected`. */
const VERDICT_WIDTH = 12;

/** One connection on one line: the time, the verdict in the words of the screen, and what explains it as `key=value`. */
export interface OneLine {
  readonly text: string;
  /** Equal for lines that say the same, however much time has passed between them. */
  readonly key: string;
}

export function formatOneLine(facts: ConnectionFacts, judgement: Judgement, now: number, symbols: Symbols): OneLine {
  const { verdict } = judgement;
  const fields = [
    ...reasonFields(judgement),
    ...stepFields(facts, now),
    ...countFields(facts),
    ...identityFields(facts),
  ];
  const left = facts.identity?.notAfter === undefined ? [] : [remaining(facts.identity.notAfter - now)];
  const said = (parts: readonly (readonly [string, string])[]) =>
    parts.map(([name, value]) => `${name}=${plain(value, symbols)}`).join(' ');
  const head = verdict.toLowerCase().padEnd(VERDICT_WIDTH);
  return { text: `${formatTime(now)} ${head} ${said([...fields, ...left])}`.trimEnd(), key: `${head} ${said(fields)}` };
}

type Field = readonly [name: string, value: string];

function reasonFields({ problems }: Judgement): Field[] {
  const [first] = problems;
  if (!first) return [];
  return [
    ['reason', first.reason ?? 'Unknown'],
    ...(first.code ? [['code', first.code] as const] : []),
    ...(problems.length > 1 ? [['problems', String(problems.length)] as const] : []),
  ];
}

function stepFields(facts: ConnectionFacts, now: number): Field[] {
  const step = renewalOf(facts, now)?.steps.at(-1)?.step;
  return step === undefined ? [] : [['step', step]];
}

function countFields({ sync }: ConnectionFacts): Field[] {
  const suspended = suspendedFields(sync?.suspended);
  if (sync?.listed === undefined) return suspended;
  return [
    ...suspended,
    ['apps', `${sync.inSync ?? '-'}/${sync.listed}`],
    ...(sync.failedCount ? [['failed', String(sync.failedCount)] as const] : []),
    ...(sync.held ? [['held', String(sync.held.count)] as const] : []),
  ];
}

function suspendedFields(suspended: SuspensionFacts | undefined): Field[] {
  if (!suspended) return [];
  const { scope, until } = suspended;
  return [['suspended', scope], ...(until === undefined ? [] : [['suspendedUntil', formatTime(until)] as const])];
}

function identityFields({ identity }: ConnectionFacts): Field[] {
  if (identity?.notAfter === undefined) return [];
  const fingerprint = identity.inUse === undefined ? [] : [['fingerprint', identity.inUse] as const];
  return [...fingerprint, ['notAfter', formatTime(identity.notAfter)]];
}

function remaining(ms: number): Field {
  return ms > 0 ? ['remaining', humanDuration(ms)] : ['expired', humanDuration(-ms)];
}

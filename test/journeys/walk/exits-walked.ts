import { COMMANDS } from '../../../plugin/commands.ts';
import { AWAY, BACK, REVOKED, UNREVOKED } from './compass-lines.ts';
import { exitWith, FAULTS, type Fault, WALKS } from './lines.ts';
import { ENDINGS, REFUSALS, WAITING, WAITING_FOR_THE_FIRST, WATCHING } from './sidecar-lines.ts';

/** The exit codes that the walks bring about of a command, in every format that it has. */
export function exitsWalked(name: string): ReadonlySet<number> {
  const walk = WALKS[name];
  const ofFaults = walk ? (Object.keys(FAULTS) as Fault[]).map((fault) => exitWith(fault, walk)) : [];
  const ofLines = LINES.flatMap(([line, exitCode]) => (nameOf(line) === name ? [exitCode] : []));
  return new Set([...(walk ? [walk.good ?? 0] : []), ...ofFaults, ...ofLines]);
}

const { timeout, ...SIGNALS } = ENDINGS;

const LINES: readonly (readonly [line: string, exitCode: number])[] = [
  ...[AWAY, BACK, UNREVOKED, REVOKED].flatMap(Object.entries<number>),
  ...each([...WAITING, ...WAITING_FOR_THE_FIRST], [timeout]),
  ...each([...WAITING, ...WAITING_FOR_THE_FIRST, ...WATCHING], Object.values(SIGNALS)),
  ...Object.values(REFUSALS).flatMap(({ lines, exitCode }) => each(lines, [exitCode])),
];

function each(lines: readonly string[], exitCodes: readonly number[]): [string, number][] {
  return lines.flatMap((line) => exitCodes.map((exitCode): [string, number] => [line, exitCode]));
}

function nameOf(line: string): string | undefined {
  return COMMANDS.find(({ name }) => line === name || line.startsWith(`${name} `))?.name;
}

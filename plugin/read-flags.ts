import { Parser } from 'yargs/helpers';
import { CompassError } from '#common/errors.ts';
import { type Flag, ParsedFlags } from './flags.ts';
import { nearest } from './nearest.ts';
import { quoted, quotedPath } from './quoted.ts';

/** Names stay as they are typed, and every value is the text that was given. */
const CONFIGURATION = {
  'camel-case-expansion': false,
  'dot-notation': false,
  'parse-numbers': false,
  'parse-positional-numbers': false,
  'strip-aliased': true,
};

/** The command line without its command. */
export interface Arguments {
  readonly names: readonly string[];
  readonly flags: ParsedFlags;
}

/**
 * The one door to yargs, of which its parser is enough: help, completion and commands are data here, and the rest of it
 * would be half of what this program takes to start. Takes normalized arguments. Throws Usage for a flag that is not
 * known, with the one that was probably meant, and for a value that is missing or not to be chosen.
 */
export function readFlags(argv: readonly string[], known: readonly Flag[]): Arguments {
  const valued = known.filter(({ kind }) => kind !== 'switch').map(({ name }) => name);
  const { argv: parsed, error } = Parser.detailed([...argv], {
    configuration: CONFIGURATION,
    alias: Object.fromEntries(known.flatMap(({ name, short }) => (short && short !== name ? [[name, short]] : []))),
    boolean: known.filter(({ kind }) => kind === 'switch').map(({ name }) => name),
    string: valued,
    narg: Object.fromEntries(valued.map((name) => [name, 1])),
  });
  const { _: names, ...values } = parsed;
  const unknown = Object.keys(values).find((name) => !known.some((flag) => flag.name === name));
  if (unknown !== undefined) throw unknownFlag(unknown, known);
  if (error) throw needsValue(error);
  const flags = new ParsedFlags(values);
  for (const flag of known) {
    checkNegation(flag, values[flag.name]);
    checkChoice(flag, flags);
  }
  return { names: names.map(String), flags };
}

function unknownFlag(word: string, flags: readonly Flag[]): CompassError {
  const names = flags.map(({ name }) => name).filter((name) => name.length > 1);
  const meant = word.length > 1 ? nearest(word, names) : undefined;
  const suggestion = meant === undefined ? '' : `; did you mean ${dashed(meant)}?`;
  return new CompassError('Usage', `unknown flag ${quotedPath(dashed(word))}${suggestion}`);
}

function needsValue({ message }: Error): CompassError {
  const needy = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  return new CompassError('Usage', needy === undefined ? message : `${dashed(needy)} needs a value`);
}

/** yargs has `--no-context` for the opposite of any flag, and a text has none. */
function checkNegation({ name, kind }: Flag, value: unknown): void {
  if (kind === 'switch' || ![value].flat().includes(false)) return;
  throw new CompassError('Usage', `--no-${name} means nothing: ${dashed(name)} takes a value`);
}

function checkChoice({ name, choices }: Flag, flags: ParsedFlags): void {
  const given = flags.texts(name).find((value) => choices && !choices.includes(value));
  if (given === undefined) return;
  const offered = choices?.map((choice) => JSON.stringify(choice)).join(', ');
  throw new CompassError('Usage', `${dashed(name)} is ${quoted(given)}, and must be one of ${offered}`);
}

function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

import { parseJson } from '#common/json.ts';
import type { Random } from './random.ts';

/** What may stand anywhere, where something else is waited for. */
const JUNK: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  ' ',
  'text',
  '\u0000',
  '__proto__',
  '2026-13-45T99:99:99Z',
  'ABCDEF',
  [],
  {},
  [null],
  [[]],
  [{}],
  { a: null },
  { metadata: null },
  { items: {} },
  { data: { a: 1 } },
  { name: [] },
];

type Container = Record<string, unknown> | unknown[];

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Everything in a JSON value that something else can be put in the place of. */
function places(value: unknown): [Container, string][] {
  if (!isContainer(value)) return [];
  return Object.keys(value).flatMap((key) => [[value, key], ...places(at(value, key))] as [Container, string][]);
}

const at = (container: Container, key: string): unknown => (container as Record<string, unknown>)[key];

/** Stands for what is nested deeper than this file's own recursion could go. */
const ABYSS = '<abyss>';

/** A JSON text with parts of another type, without parts, or with parts twice; undefined where it is no JSON. */
export function mutateJson(input: Buffer, random: Random): Buffer | undefined {
  const value = parseJson(input.toString());
  if (!isContainer(value)) return undefined;
  const found = places(value);
  for (let count = 1 + random.below(4); count > 0 && found.length > 0; count -= 1) {
    const [container, key] = random.pick(found);
    change(container, key, random, found);
  }
  const depth = random.below(random.below(50) === 0 ? 20_000 : 200);
  const nested =
    random.below(2) === 0
      ? `${'['.repeat(depth)}1${']'.repeat(depth)}`
      : `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  return Buffer.from(JSON.stringify(value).replaceAll(`"${ABYSS}"`, nested));
}

function change(container: Container, key: string, random: Random, found: readonly [Container, string][]): void {
  const kind = random.below(6);
  const put = (value: unknown) => Object.assign(container, { [key]: value });
  if (kind === 0 && !Array.isArray(container)) delete container[key];
  else if (kind === 1 && Array.isArray(container)) container.push(structuredClone(at(container, key)));
  else if (kind === 2) {
    const [other, name] = random.pick(found);
    put(structuredClone(at(other, name)));
  } else if (kind === 3) put(ABYSS);
  else put(structuredClone(random.pick(JUNK)));
}

/** Stands for node:test in the worker: the same tests, which can be run one by one and again for each mutant. */

type Body = (context: Context) => unknown;
type Options = { readonly skip?: unknown };

interface Scope {
  readonly above: Scope | undefined;
  readonly hooks: Record<'before' | 'after' | 'beforeEach' | 'afterEach', Body[]>;
}

export interface Case {
  /** Its file and number there. */
  readonly key: string;
  readonly name: string;
  readonly scope: Scope;
  readonly body: Body;
}

export const cases: Case[] = [];
const bodies: unknown[] = [];
let scope = newScope(undefined);
let source = '';
let count = 0;

function newScope(above: Scope | undefined): Scope {
  return { above, hooks: { before: [], after: [], beforeEach: [], afterEach: [] } };
}

/** What a test gets: as much of node:test's TestContext as the tests here use. */
class Context {
  readonly signal = new AbortController().signal;
  readonly name: string;
  readonly #after: Body[] = [];
  #subtests: Promise<unknown> = Promise.resolve();
  constructor(name: string) {
    this.name = name;
  }
  after(hook: Body): void {
    this.#after.push(hook);
  }
  test(name: string, ...rest: (Options | Body)[]): Promise<void> {
    const { body, isSkipped } = read(rest);
    const subtest = this.#subtests.then(() => (isSkipped ? undefined : new Context(name).run(body)));
    this.#subtests = subtest.catch(() => {});
    return subtest;
  }
  skip(): void {}
  diagnostic(): void {}
  async run(body: Body): Promise<void> {
    try {
      await body(this);
      await this.#subtests;
    } finally {
      for (const hook of this.#after) await hook(this);
    }
  }
}

function read(rest: readonly (Options | Body)[]): { readonly body: Body; readonly isSkipped: boolean } {
  const body = rest.find((one) => typeof one === 'function') ?? (() => {});
  return { body, isSkipped: rest.some((one) => typeof one === 'object' && Boolean(one.skip)) };
}

export function test(name: string, ...rest: (Options | Body)[]): void {
  const { body, isSkipped } = read(rest);
  count += 1;
  if (!isSkipped) cases.push({ key: `${source}#${count}`, name, scope, body });
}

export function suite(_name: string, ...rest: (Options | Body)[]): void {
  const { body, isSkipped } = read(rest);
  if (isSkipped) return;
  const above = scope;
  scope = newScope(above);
  bodies.push(body(new Context('suite')));
  scope = above;
}

export function describe(name: string, ...rest: (Options | Body)[]): void {
  suite(name, ...rest);
}

export const before = (hook: Body) => scope.hooks.before.push(hook);
export const after = (hook: Body) => scope.hooks.after.push(hook);
export const beforeEach = (hook: Body) => scope.hooks.beforeEach.push(hook);
export const afterEach = (hook: Body) => scope.hooks.afterEach.push(hook);

/** Loads a test file; its hooks are its own. */
export async function load(file: string): Promise<void> {
  [scope, source, count] = [newScope(undefined), file, 0];
  await import(file);
  await Promise.all(bodies);
}

function scopesOf({ scope: innermost }: Case): Scope[] {
  const scopes: Scope[] = [];
  for (let at: Scope | undefined = innermost; at; at = at.above) scopes.unshift(at);
  return scopes;
}

/** Runs these in turn until one fails, which it throws. Hooks around suites run once. */
export async function runCases(selected: readonly Case[], starts: (one: Case) => void): Promise<void> {
  const open = new Set<Scope>();
  const context = new Context('hooks');
  const call = async (hooks: readonly Body[]) => {
    for (const hook of hooks) await hook(context);
  };
  try {
    for (const one of selected) {
      starts(one);
      for (const around of scopesOf(one).filter((each) => !open.has(each))) {
        open.add(around);
        await call(around.hooks.before);
      }
      try {
        for (const around of scopesOf(one)) await call(around.hooks.beforeEach);
        await new Context(one.name).run(one.body);
      } finally {
        for (const around of scopesOf(one).reverse()) await call(around.hooks.afterEach);
      }
    }
  } finally {
    for (const around of [...open].reverse()) await call(around.hooks.after);
  }
}

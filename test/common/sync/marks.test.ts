import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Marks } from '#common/sync/marks.ts';

/** A few objects, what is known of them, and what is still on its way. */
class Model {
  readonly cluster = new Map<string, string>();
  readonly known = new Map<string, string>();
  readonly marks: Marks;
  #version = 7;
  #events: { name: string; version: string; isGone: boolean }[] = [];
  #answers: { name: string; version: string | undefined }[] = [];

  constructor(most: number) {
    this.marks = new Marks((name) => this.known.get(name), most);
  }

  write(name: string): string {
    this.#version += 1;
    const version = String(this.#version);
    this.cluster.set(name, version);
    this.#events.push({ name, version, isGone: false });
    return version;
  }

  remove(name: string): boolean {
    if (!this.cluster.delete(name)) return false;
    this.#version += 1;
    this.#events.push({ name, version: String(this.#version), isGone: true });
    return true;
  }

  /** A write of our own, whose answer is on its way: only of what is known as it is, as preconditions see to it. */
  writeOwn(name: string): void {
    if (this.#isAsKnown(name)) this.#answers.push({ name, version: this.write(name) });
  }

  removeOwn(name: string): void {
    if (this.#isAsKnown(name) && this.remove(name)) this.#answers.push({ name, version: undefined });
  }

  deliverEvent(): boolean {
    const event = this.#events.shift();
    if (event) this.marks.note(event.name, event.version, event.isGone);
    return event !== undefined;
  }

  deliverAnswer(): boolean {
    const answer = this.#answers.shift();
    if (answer?.version !== undefined) this.known.set(answer.name, answer.version);
    else if (answer) this.known.delete(answer.name);
    return answer !== undefined;
  }

  poll(): void {
    for (const [name, version] of this.cluster) this.marks.note(name, version, false);
    for (const name of this.known.keys()) {
      if (!this.cluster.has(name)) this.marks.note(name, String(this.#version), true);
    }
  }

  /** The beginning of a round, when nothing of ours is under way: gives what was read, undefined for all. */
  open(): readonly string[] | undefined {
    while (this.deliverAnswer());
    const names = this.marks.take();
    for (const name of names ?? new Set([...this.cluster.keys(), ...this.known.keys()])) {
      const version = this.cluster.get(name);
      if (version === undefined) this.known.delete(name);
      else this.known.set(name, version);
    }
    return names;
  }

  flush(): void {
    while (this.deliverEvent());
  }

  #isAsKnown(name: string): boolean {
    return !this.#answers.some((answer) => answer.name === name) && this.cluster.get(name) === this.known.get(name);
  }
}

const NAMES = ['orders', 'customers', 'invoices', 'parcels'];
const STEPS = ['write', 'remove', 'writeOwn', 'removeOwn', 'deliverEvent', 'deliverAnswer', 'poll', 'open'] as const;
const steps = fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.constantFrom(...NAMES)), { maxLength: 60 });

test('however writes, answers, events and polls come, what is known after all of them is what there is', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 4 }), (history, most) => {
      const model = new Model(most);
      for (const [step, name] of history) model[step](name);
      model.flush();
      model.open();
      assert.deepEqual(model.known, model.cluster);
    }),
    { numRuns: 2_000 },
  );
});

test('what nobody else touched is not read again, whether the event comes before the answer or after it', () => {
  const own = fc.array(
    fc.tuple(
      fc.constantFrom('writeOwn', 'removeOwn', 'deliverEvent', 'deliverAnswer', 'poll'),
      fc.constantFrom(...NAMES),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(own, (history) => {
      const model = new Model(NAMES.length);
      for (const [step, name] of history) model[step as (typeof STEPS)[number]](name);
      model.flush();
      assert.deepEqual(model.open(), []);
    }),
    { numRuns: 2_000 },
  );
});

test('of too many changes it is only remembered that there were too many', () => {
  const marks = new Marks(() => '1', 2);
  for (const name of ['a', 'b']) marks.note(name, '2', false);
  assert.deepEqual(marks.take(), ['a', 'b']);
  for (const name of ['a', 'b', 'c']) marks.note(name, '2', false);
  assert.equal(marks.take(), undefined);
  assert.deepEqual(marks.take(), []);
});

test('versions that cannot be compared count as news', () => {
  const marks = new Marks(() => 'r-1', 2);
  assert.equal(marks.note('a', 'r-1', false), false);
  assert.equal(marks.note('a', 'r-0', false), true);
  assert.deepEqual(marks.take(), ['a']);
});

test('what could not be read is told again, unless something newer was', () => {
  const known = new Map([['a', '1']]);
  const marks = new Marks((name) => known.get(name), 2);
  marks.note('a', '5', false);
  for (const name of marks.take() ?? []) marks.putBack(name);
  assert.deepEqual(marks.take(), ['a']);
});

test('what is told late changes nothing, and what came true in between is forgotten', () => {
  const known = new Map<string, string>();
  const marks = new Marks((name) => known.get(name), 2);
  assert.equal(marks.note('a', '9', false), true);
  assert.equal(marks.note('a', '8', true), false);
  assert.deepEqual(marks.take(), ['a']);
  assert.deepEqual(marks.take(), []);
  known.set('a', '4');
  marks.note('a', '5', false);
  known.set('a', '5');
  assert.equal(marks.note('a', '5', false), false);
  known.delete('a');
  assert.deepEqual(marks.take(), []);
});

test('what is gone at the very version that is known is news', () => {
  const marks = new Marks(() => '9', 2);
  assert.equal(marks.note('a', '9', true), true);
  assert.deepEqual(marks.take(), ['a']);
});

test('that there were too many stays true when they came true since', () => {
  const known = new Map<string, string>();
  const marks = new Marks((name) => known.get(name), 2);
  for (const name of ['a', 'b', 'c']) {
    marks.note(name, '5', false);
    known.set(name, '1');
  }
  for (const name of known.keys()) known.set(name, '5');
  assert.equal(marks.take(), undefined);
});

test('only what was taken last is put back, and in no place of anything newer', () => {
  const known = new Map([['a', '1']]);
  const marks = new Marks((name) => known.get(name), 2);
  marks.putBack('a');
  assert.deepEqual(marks.take(), []);
  marks.note('a', '5', false);
  marks.take();
  marks.note('a', '9', false);
  marks.putBack('a');
  known.set('a', '5');
  assert.deepEqual(marks.take(), ['a']);
  marks.clear();
  marks.putBack('a');
  assert.deepEqual(marks.take(), []);
});

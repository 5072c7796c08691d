import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError, type Reason } from '#common/errors.ts';
import { WriteGate } from '#common/sync/write-gate.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { turns } from './turns.ts';

const BOUNDS = { least: 2, first: 4, most: 6 };

/** Writes that end when they are told to, and a gate before them. */
class Bench {
  readonly clock = new ManualClock();
  readonly gate: WriteGate;
  readonly #open: { end: () => void; fail: (error: Error) => void }[] = [];

  constructor(bounds = BOUNDS) {
    this.gate = new WriteGate(this.clock, () => 0, bounds);
  }

  get underWay(): number {
    return this.#open.length;
  }

  /** Asks for so many writes; what they fail by is not of interest. */
  async ask(count: number): Promise<void> {
    for (let one = 0; one < count; one += 1) {
      const write = () => new Promise<void>((end, fail) => this.#open.push({ end, fail }));
      this.gate.run(write).catch(() => undefined);
    }
    await turns();
  }

  /** All that are under way end, after so long. */
  async end(durationMs: number): Promise<void> {
    const ended = this.#open.splice(0);
    this.clock.advance(durationMs);
    for (const { end } of ended) end();
    await turns();
  }

  async fail(reason: Reason, retryAfterMs?: number): Promise<void> {
    for (const { fail } of this.#open.splice(0)) fail(new CompassError(reason, 'no', { retryAfterMs }));
    await turns();
  }
}

test('so many writes are under way at a time, and the next begins when one ends', async () => {
  const bench = new Bench();
  await bench.ask(5);
  assert.equal(bench.underWay, 4);
  await bench.end(10);
  assert.equal(bench.underWay, 1);
});

test('while writes are as quick as they can, there are more of them, up to a bound', async () => {
  const bench = new Bench();
  for (let window = 0; window < 10; window += 1) {
    await bench.ask(bench.gate.limit);
    await bench.end(10);
  }
  assert.equal(bench.gate.limit, BOUNDS.most);
});

test('unless said otherwise there are eight at first, two at least and sixteen at most', async () => {
  const gate = new WriteGate(new ManualClock(), () => 0);
  assert.equal(gate.limit, 8);
  for (let write = 1; write <= 200; write += 1) await gate.run(() => Promise.resolve());
  assert.equal(gate.limit, 16);
  const pressed = new CompassError('ClusterUnavailable', 'no');
  for (let write = 1; write <= 5; write += 1)
    await assert.rejects(
      gate.run(() => Promise.reject(pressed)),
      pressed,
    );
  assert.equal(gate.limit, 2);
});

test('writes that take longer the more there are do not become more', async () => {
  const bench = new Bench();
  await bench.ask(4);
  await bench.end(10);
  assert.equal(bench.gate.limit, 5);
  for (let window = 0; window < 5; window += 1) {
    await bench.ask(5);
    await bench.end(30);
  }
  assert.equal(bench.gate.limit, 5);
});

test('writes that take twice as long as they can do still become more', async () => {
  const bench = new Bench();
  for (const durationMs of [50, 102]) {
    await bench.ask(bench.gate.limit);
    await bench.end(durationMs);
  }
  assert.equal(bench.gate.limit, 6);
});

test('one write of a window that takes long does not count, whichever it is', async () => {
  const bench = new Bench();
  await bench.ask(4);
  await bench.end(10);
  for (const durationMs of [10, 10, 100, 10, 10]) {
    await bench.ask(1);
    await bench.end(durationMs);
  }
  assert.equal(bench.gate.limit, 6);
});

test('a server that is slower for good is one day taken as it is', async () => {
  const bench = new Bench();
  await bench.ask(4);
  await bench.end(10);
  for (let window = 0; window < 100; window += 1) {
    await bench.ask(bench.gate.limit);
    await bench.end(30);
  }
  assert.equal(bench.gate.limit, BOUNDS.most);
});

for (const reason of ['ClusterThrottled', 'ClusterUnavailable', 'ClusterUnreachable'] as const) {
  test(`${reason} halves them once, however many writes fail together, and never below the least`, async () => {
    const bench = new Bench();
    await bench.ask(4);
    bench.clock.advance(5);
    await bench.fail(reason);
    assert.equal(bench.gate.limit, 2);
    await bench.ask(2);
    bench.clock.advance(5);
    await bench.fail(reason);
    assert.equal(bench.gate.limit, 2);
  });
}

test('what was sent before it slowed down does not slow it down again', async () => {
  const bench = new Bench({ least: 1, first: 8, most: 8 });
  await bench.ask(8);
  bench.clock.advance(5);
  await bench.fail('ClusterUnavailable');
  assert.equal(bench.gate.limit, 4);
  await bench.ask(4);
  bench.clock.advance(5);
  await bench.fail('ClusterUnavailable');
  assert.equal(bench.gate.limit, 2, 'what was sent at once after that does');
});

test('after it slowed down a whole window is looked at before there are more again', async () => {
  const bench = new Bench();
  await bench.ask(3);
  await bench.end(10);
  await bench.ask(1);
  bench.clock.advance(5);
  await bench.fail('ClusterUnavailable');
  await bench.ask(1);
  await bench.end(10);
  assert.equal(bench.gate.limit, 2);
  await bench.ask(1);
  await bench.end(10);
  assert.equal(bench.gate.limit, 3);
});

test('a refusal that is about one object says nothing about the server', async () => {
  const bench = new Bench();
  await bench.ask(4);
  await bench.fail('ClusterForbidden');
  assert.equal(bench.gate.limit, 4);
});

test('what one write is asked to wait, all wait', async () => {
  const bench = new Bench();
  await bench.ask(1);
  await bench.fail('ClusterThrottled', 3_000);
  await bench.ask(2);
  assert.equal(bench.underWay, 0);
  bench.clock.advance(2_999);
  await turns();
  assert.equal(bench.underWay, 0);
  bench.clock.advance(1);
  await turns();
  assert.equal(bench.underWay, 2);
});

test('who waits for its turn gets it when fewer are allowed than were under way', async () => {
  const bench = new Bench();
  await bench.ask(7);
  bench.clock.advance(5);
  await bench.fail('ClusterUnavailable');
  assert.equal(bench.underWay, 2);
  await bench.end(10);
  assert.equal(bench.underWay, 1);
});

test('without a word on how long, the wait is the same for all that fail together, and the first again after a success', async () => {
  const bench = new Bench();
  /** Whether it is waited for two seconds, and no longer. */
  const pausesTwoSeconds = async () => {
    bench.clock.advance(5);
    await bench.fail('ClusterThrottled');
    await bench.ask(1);
    bench.clock.advance(1_999);
    await turns();
    assert.equal(bench.underWay, 0);
    bench.clock.advance(1);
    await turns();
    assert.equal(bench.underWay, 1);
  };
  await bench.ask(4);
  await pausesTwoSeconds();
  await bench.end(10);
  await bench.ask(1);
  await pausesTwoSeconds();
});

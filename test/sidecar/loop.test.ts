import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { CompassError } from '#common/errors.ts';
import { jsonLog } from '#common/log.ts';
import { Loop } from '../../sidecar/loop.ts';
import { ManualClock } from './manual-clock.ts';

function start(pass: () => Promise<number>) {
  const clock = new ManualClock();
  const stop = new AbortController();
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    'debug',
    () => clock.now(),
  );
  const loop = new Loop({ pass, clock, log, random: () => 1, stopping: stop.signal });
  const ended = loop.run();
  const end = () => {
    stop.abort();
    return ended;
  };
  return { clock, loop, lines, end };
}

/** Lets every promise that can go on go on, until the loop waits for its clock. */
async function untilWaiting(clock: ManualClock): Promise<void> {
  do await turn();
  while (clock.sleepers === 0);
}

/** Each of its passes fails. */
function startRejecting() {
  let passes = 0;
  const started = start(() => {
    passes += 1;
    return Promise.reject(new CompassError('ClusterUnreachable', 'no route'));
  });
  return { ...started, passes: () => passes };
}

/** The first pass has failed: the second comes after a second, and not before. */
async function untilSecond(clock: ManualClock, passes: () => number): Promise<void> {
  clock.advance(999);
  await turn();
  assert.equal(passes(), 1);
  clock.advance(1);
  await untilWaiting(clock);
  assert.equal(passes(), 2);
}

test('passes never overlap, and a burst of triggers while one runs is one more pass', async () => {
  let running = 0;
  let passes = 0;
  let release: () => void = () => {};
  const { clock, loop, end } = start(async () => {
    assert.equal(++running, 1);
    passes += 1;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    running -= 1;
    return 60_000;
  });
  await turn();
  for (let i = 0; i < 1_000; i++) loop.trigger();
  release();
  await untilWaiting(clock);
  clock.advance(50);
  await turn();
  release();
  await untilWaiting(clock);
  assert.equal(passes, 2);
  await end();
});

test('a pass runs at its deadline, and at least every minute', async () => {
  const deadlines = [5_000, Number.POSITIVE_INFINITY, 10];
  let passes = 0;
  const { clock, end } = start(() => Promise.resolve(deadlines[passes++] ?? 0));
  const rest = async (ms: number) => {
    await untilWaiting(clock);
    clock.advance(50);
    await untilWaiting(clock);
    clock.advance(ms - 50);
    await untilWaiting(clock);
  };
  await rest(4_999);
  assert.equal(passes, 1);
  clock.advance(1);
  await rest(59_999);
  assert.equal(passes, 2);
  clock.advance(1);
  await turn();
  assert.equal(passes, 3);
  await end();
});

test('a pass that throws is reported and tried again after a growing wait', async () => {
  const { clock, lines, passes, end } = startRejecting();
  await untilWaiting(clock);
  await untilSecond(clock, passes);
  clock.advance(1_999);
  await turn();
  assert.equal(passes(), 2);
  clock.advance(1);
  await turn();
  assert.equal(passes(), 3);
  assert.match(lines[0] ?? '', /"reason":"ClusterUnreachable"/);
  await end();
});

test('it ends when told to stop, without another pass', async () => {
  let passes = 0;
  const { clock, end } = start(() => Promise.resolve(++passes && 1_000));
  await untilWaiting(clock);
  await end();
  assert.equal(passes, 1);
});

test('R10: whoever triggers without end gets twenty passes, and then one a second', async () => {
  let passes = 0;
  const { clock, loop, end } = start(() => {
    passes += 1;
    return Promise.resolve(60_000);
  });
  for (let ms = 0; ms < 30_000; ms += 50) {
    loop.trigger();
    await turn();
    clock.advance(50);
    await turn();
  }
  assert.ok(passes > 40 && passes <= 20 + 30, `${passes} passes in 30 seconds`);
  await end();
});

test('however often it is woken, a deadline is kept', async () => {
  let passes = 0;
  const { clock, loop, end } = start(() => {
    passes += 1;
    return Promise.resolve(100);
  });
  for (let ms = 0; ms < 10_000; ms += 50) {
    loop.trigger();
    await turn();
    clock.advance(50);
    await turn();
  }
  assert.ok(passes >= 90, `${passes} passes in 10 seconds`);
  await end();
});

test('what passes wait for has come: one runs at once, whether it came while one ran or while a burst was to settle', async () => {
  let passes = 0;
  let during: () => void = () => {};
  const { clock, loop, end } = start(() => {
    passes += 1;
    during();
    return Promise.resolve(60_000);
  });
  await untilWaiting(clock);
  loop.trigger();
  await turn();
  assert.equal(passes, 1, 'an event alone waits for others');
  during = () => {
    if (passes === 2) loop.hurry();
  };
  loop.hurry();
  await turn();
  await untilWaiting(clock);
  assert.equal(passes, 3);
  await end();
});

test('whoever hurries does not get past the wait after a failure', async () => {
  const { clock, loop, passes, end } = startRejecting();
  await untilWaiting(clock);
  loop.hurry();
  await untilSecond(clock, passes);
  await end();
});

/** A loop whose passes fail until told otherwise, after so many failures that it waits for the longest time. */
async function startFailing() {
  const told = { passes: 0, fails: true };
  const parts = start(() => {
    told.passes += 1;
    return told.fails ? Promise.reject(new CompassError('ClusterUnavailable', 'no')) : Promise.resolve(60_000);
  });
  for (let failures = 0; failures < 15; failures++) {
    await untilWaiting(parts.clock);
    parts.clock.advance(300_000);
  }
  await untilWaiting(parts.clock);
  const { passes } = told;
  parts.clock.advance(240_000);
  await turn();
  assert.equal(told.passes, passes, 'where nothing wakes it, the back-off is kept');
  parts.clock.advance(60_000);
  await untilWaiting(parts.clock);
  return { ...parts, told };
}

test('I7: whatever it backs off from, an event is seen after five seconds', async () => {
  const { clock, loop, end, told } = await startFailing();
  const before = told.passes;
  told.fails = false;
  clock.advance(1_000);
  loop.trigger();
  for (let ms = 1_000; ms < 5_000; ms += 500) {
    await turn();
    assert.equal(told.passes, before);
    clock.advance(500);
  }
  await turn();
  await turn();
  assert.equal(told.passes, before + 1);
  await end();
});

test('R10: whoever triggers without end while passes fail gets one in five seconds', async () => {
  const { clock, loop, end, told } = await startFailing();
  const before = told.passes;
  for (let ms = 0; ms < 60_000; ms += 50) {
    loop.trigger();
    await turn();
    clock.advance(50);
    await turn();
  }
  const passes = told.passes - before;
  assert.ok(passes >= 10 && passes <= 12, `${passes} passes in a minute`);
  await end();
});

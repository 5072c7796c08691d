import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { createMemoryCgroup, memoryOf } from './process-memory.ts';

const MIB = 1024 * 1024;
const HELD = 64 * MIB;

/** Holds so many bytes, says so, and waits for its end. */
const HOLDER = `const held = Buffer.alloc(${HELD}, 1); console.log(held.length); setInterval(() => held.length, 1000);`;

test('memory that a process holds is its own, resident, and part of its peak', {
  skip: !existsSync('/proc/self/status') && 'there is no /proc here',
}, async () => {
  const child = spawn(process.execPath, ['--eval', HOLDER], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const { rss, peakRss, anonymous } = memoryOf(child.pid ?? 0);
  child.kill();
  await once(child, 'exit');
  assert.ok(anonymous >= HELD, `${anonymous} bytes of its own`);
  assert.ok(rss >= anonymous && peakRss >= rss, `resident ${rss}, at most ${peakRss}`);
});

test('a cgroup counts what its processes hold, and its limit ends them', (t) => {
  using made = createMemoryCgroup(HELD + 16 * MIB);
  const { cgroup } = made;
  if (!cgroup) return t.skip(made.why);
  const run = (bytes: number) => {
    const hold = `Buffer.alloc(${bytes}, 1)`;
    return spawnSync('sh', ['-c', `${cgroup.enter}; exec "$@"`, 'sh', process.execPath, '--eval', hold]).signal;
  };
  assert.equal(run(HELD / 2), null);
  assert.ok(cgroup.peak() >= HELD / 2, `at most ${cgroup.peak()} bytes`);
  assert.equal(cgroup.kills(), 0);
  assert.equal(run(2 * HELD), 'SIGKILL');
  assert.equal(cgroup.kills(), 1);
  assert.ok(cgroup.workingSet() < HELD / 2, `${cgroup.workingSet()} bytes are left of ended processes`);
});

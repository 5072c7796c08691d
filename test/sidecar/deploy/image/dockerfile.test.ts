import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRestrictions } from '../confined.ts';
import { DEPLOY_FOLDER } from '../render.ts';

/** The instructions of the last stage, by name, with lines that are continued put together. */
async function lastStage(): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(join(DEPLOY_FOLDER, 'image/Dockerfile'), 'utf8');
  const lines = text.replace(/\\\n\s*/g, '').split('\n');
  const instructions = lines.flatMap((line) => {
    const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    return name === undefined || rest === undefined ? [] : [[name, rest] as const];
  });
  return instructions.slice(instructions.findLastIndex(([name]) => name === 'FROM'));
}

async function only(wanted: string): Promise<string> {
  const found = (await lastStage()).filter(([name]) => name === wanted).map(([, rest]) => rest);
  assert.equal(found.length, 1, `${wanted}: ${found.length} times`);
  return found.join();
}

test('the image runs what the Deployment runs: the same flags of Node, and nothing else', async () => {
  const { command } = await readRestrictions();
  assert.deepEqual(JSON.parse(await only('ENTRYPOINT')), command);
});

test('the image has the Deployment’s settings of the allocator', async () => {
  const { env } = await readRestrictions();
  const ofAllocator = Object.entries(env).filter(([name]) => name.startsWith('MALLOC_'));
  assert.ok(ofAllocator.length > 0);
  assert.deepEqual(
    (await only('ENV')).split(' '),
    ofAllocator.map(([name, value]) => `${name}=${value}`),
  );
});

test('the image is for the Deployment’s user, and its last stage runs nothing, so that any machine builds it', async () => {
  const { user, group } = await readRestrictions();
  assert.equal(await only('USER'), `${user}:${group}`);
  const names = new Set((await lastStage()).map(([name]) => name));
  assert.deepEqual([...names], ['FROM', 'LABEL', 'ENV', 'COPY', 'USER', 'ENTRYPOINT']);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

test('by hand it prints the export of a kubeconfig, and ends with 0 on SIGTERM, taking the file along', async (t) => {
  const program = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const file = /^export KUBECONFIG=(\S+)\n$/.exec(chunk.toString())?.[1] ?? '';
  const config = parse(await readFile(file, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  assert.match(config.clusters[0]?.cluster.server ?? '', /^https:\/\/127\.0\.0\.1:\d+$/);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
  await assert.rejects(readFile(file), { code: 'ENOENT' });
});

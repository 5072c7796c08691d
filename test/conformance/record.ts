import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedRequest } from '../kube-api/recorder.ts';
import { triplesOf } from './triples.ts';

/**
 * Runs the journeys on the embedded API server and writes down which verb, kind and patch type sidecar, plugin and
 * kubectl sent: `sh .scripts/node test/conformance/record.ts`. conformance.test.ts wants a case for each of them.
 */
async function record(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-record-'));
  try {
    const env = { ...process.env, COMPASS_TEST_TARGET: 'embedded', COMPASS_RECORD_REQUESTS: folder };
    const args = ['--test', '--test-concurrency=2', 'test/journeys/**/*.test.ts'];
    const [code] = await once(spawn(process.execPath, args, { env, stdio: 'inherit' }), 'exit');
    const files = await readdir(folder);
    const requests: RecordedRequest[] = [];
    for (const file of files)
      requests.push(...(JSON.parse(await readFile(join(folder, file), 'utf8')) as RecordedRequest[]));
    // The tests' own questions to the cluster are no part of it.
    const triples = triplesOf(requests.filter(({ userAgent }) => !userAgent.startsWith('compass-test')));
    const path = new URL('recorded.json', import.meta.url);
    await writeFile(path, `${JSON.stringify(triples, undefined, 2)}\n`);
    process.exitCode = code === 0 ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

await record();

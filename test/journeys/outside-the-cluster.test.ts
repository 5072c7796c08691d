import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { readFromRoot } from '../repository/tracked-files.ts';
import { startSimulator } from '../simulator/simulator.ts';

const MAIN = fileURLToPath(new URL('../../plugin/main.ts', import.meta.url));

/** The commands of one section of the README, as they stand there. */
async function commandsOf(section: string): Promise<string[]> {
  const [, text = ''] = (await readFromRoot('README.md')).split(`\n## ${section}\n`);
  const [, block = ''] = /```sh\n([^`]*)```/.exec(text) ?? [];
  return block.split('\n').filter((line) => line.startsWith('kubectl '));
}

test("the README's lines for Applications outside the cluster do what they say", { skip: NO_KUBECTL }, async (t) => {
  await using simulator = await startSimulator();
  const folder = await mkdtemp(join(tmpdir(), 'compass-readme-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  await writeFile(join(bin, 'kubectl-compass'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  await chmod(join(bin, 'kubectl-compass'), 0o755);
  await writeFile(join(folder, 'ca.pem'), simulator.caPem);
  const { id } = simulator.landscape.createApplication({ name: 'my-app' });
  const answer = await fetch(`${simulator.adminUrl}/applications/${id}/token`, { method: 'POST' });
  const { rawEncoded } = (await answer.json()) as { readonly rawEncoded: string };
  await writeFile(join(folder, 'token.txt'), rawEncoded);
  const env = {
    PATH: [bin, process.env['PATH']].join(delimiter),
    HOME: folder,
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
  };

  const commands = await commandsOf('Applications outside the cluster');
  assert.equal(commands.length, 3);
  for (const command of commands) await promisify(execFile)('sh', ['-ec', command], { cwd: folder, env });
  const issued = simulator.certificates.list();
  assert.deepEqual(
    issued.map(({ revoked }) => revoked),
    [false, true],
  );
  assert.ok((await readdir(join(folder, 'my-app'))).includes('compass-app.key'));
});

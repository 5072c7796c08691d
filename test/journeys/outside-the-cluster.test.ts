import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { startSimulator } from '../simulator/simulator.ts';
import { commandsOf, startReader } from './readme-commands.ts';

test("the document's lines for Applications outside the cluster do what they say", { skip: NO_KUBECTL }, async (t) => {
  await using simulator = await startSimulator();
  const { id } = simulator.landscape.createApplication({ name: 'my-app' });
  const answer = await fetch(`${simulator.adminUrl}/applications/${id}/token`, { method: 'POST' });
  const { rawEncoded } = (await answer.json()) as { readonly rawEncoded: string };
  const reader = await startReader(t, { NODE_EXTRA_CA_CERTS: 'ca.pem' });
  await reader.write('ca.pem', simulator.caPem);
  await reader.write('token.txt', rawEncoded);

  const commands = await commandsOf('docs/outside-the-cluster.md', '# Applications outside the cluster');
  assert.equal(commands.length, 3);
  for (const command of commands) await reader.run(command);
  const issued = simulator.certificates.list();
  assert.deepEqual(
    issued.map(({ revoked }) => revoked),
    [false, true],
  );
  assert.ok((await readdir(join(reader.folder, 'my-app'))).includes('compass-app.key'));
});

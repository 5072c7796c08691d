import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertAlike, commandOf, runInEveryFormat } from './walk/alike.ts';
import { AWAY, BACK, type Lines, REVOKED, UNREVOKED } from './walk/compass-lines.ts';
import { startWorld } from './world.ts';

test('what Compass does gives one exit code in every format', async (t) => {
  const world = await startWorld(t);
  const folder = await mkdtemp(join(tmpdir(), 'compass-walk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const tokenFile = join(folder, 'token.txt');
  const env = { NODE_EXTRA_CA_CERTS: world.caFile };
  const kubeconfig = world.cluster.kubeconfigPath;
  await world.configure();
  world.start();
  await world.reaches('Synchronized');

  const walk = async (lines: Lines) => {
    for (const [line, expected] of Object.entries(lines)) {
      const words = async () => {
        await writeFile(tokenFile, world.simulator.requestToken().rawEncoded);
        return line.replace('TOKEN', tokenFile).split(' ');
      };
      const command = await commandOf(line);
      assertAlike(await runInEveryFormat(words, command, kubeconfig, env), expected, line, command);
    }
  };

  await t.test('Compass answers 503', async () => {
    const targets = ['connector', 'connectorMtls', 'director'] as const;
    for (const target of targets) world.simulator.faults.add({ target, status: 503 });
    await world.reaches('SynchronizationFailed');
    await walk(AWAY);
    world.simulator.faults.clear();
    await walk(BACK);
  });

  await t.test('the Connector does not revoke', async () => {
    world.simulator.faults.add({ operation: 'revokeCertificate', status: 401 });
    await walk(UNREVOKED);
    world.simulator.faults.clear();
  });

  await t.test('Compass has revoked the certificate', async () => {
    world.simulator.revokeCertificates();
    await world.reaches('ConnectionFailed');
    await walk(REVOKED);
  });
});

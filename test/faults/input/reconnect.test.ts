import assert from 'node:assert/strict';
import type { ReportedRequest } from '#common/resources/report.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

async function ask(world: FaultWorld, id: string): Promise<ReportedRequest> {
  const annotations = { 'compass.kyma-project.io/reconnect': id };
  await world.cluster.cluster.mergePatch(CONNECTION, { metadata: { annotations } });
  return until(`the request ${id} has its answer`, async () =>
    (await world.report()).requests?.find((request) => request.id === id && request.finished),
  );
}

const isPending = async (world: FaultWorld) =>
  (await world.connection()).status?.conditions?.some(({ type }) => type === 'ReconnectPending') ?? false;

row('N6', 'a reconnect that was refused is over: a token that comes later is not used for it', async (world) => {
  world.here();
  await world.configure();
  await world.reaches('Synchronized');
  const before = await world.secret(CLIENT.namespace, CLIENT.name);
  const refused = await ask(world, 'one');
  assert.deepEqual([refused.result, refused.reason], ['failed', 'TokenRequired']);
  await until('nothing is pending', async () => !(await isPending(world)));
  await world.configure();
  await until('the new token is noted', async () => (await world.report()).token === 'unused');
  world.simulator.landscape.createApplication({ name: 'orders' });
  await until('it goes on', async () => (await world.report()).applications?.inSync === 1);
  assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
  assert.equal(world.count('connector', 'configuration'), 1);
  assert.equal((await ask(world, 'two')).result, 'succeeded');
  assert.equal(world.count('connector', 'configuration'), 2);
});

row('N6', 'a deleted CompassConnection is kept in mind, over a restart, until a new token comes', async (world) => {
  const first = world.here();
  await world.configure();
  await world.reaches('Synchronized');
  await world.cluster.cluster.delete(CONNECTION);
  await until('it is pending', () => isPending(world).catch(() => false));
  await first.stop();
  world.here();
  const fresh = await world.configure();
  await until('the new token pairs', () => Promise.resolve(world.count('connector', 'configuration') === 2), 10_000);
  await until('nothing is pending', async () => !(await isPending(world)));
  const { status } = await world.reaches('Synchronized');
  assert.ok(status && !JSON.stringify(status).includes(fresh));
});

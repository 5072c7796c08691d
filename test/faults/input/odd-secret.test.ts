import assert from 'node:assert/strict';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { until } from '../../cluster/until.ts';
import { CONFIGURATION } from '../../journeys/world.ts';
import { row } from '../row.ts';

const CANARY = 'canary-that-nobody-may-read';
const NO_TEXT = Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff, 0xfe, 0xc3])]);

const ODD: readonly (readonly [string, string, Buffer, RegExp])[] = [
  ['no UTF-8 in TOKEN', 'TOKEN', NO_TEXT, /TOKEN/],
  ['no UTF-8 in CONNECTOR_URL', 'CONNECTOR_URL', NO_TEXT, /CONNECTOR_URL/],
  ['no UTF-8 in RUNTIME_ID', 'RUNTIME_ID', NO_TEXT, /RUNTIME_ID/],
  ['no UTF-8 in TENANT', 'TENANT', NO_TEXT, /TENANT/],
  ['900 KiB in TOKEN', 'TOKEN', Buffer.from(CANARY.repeat(33_000)), /TOKEN is longer/],
];

for (const [what, key, value, named] of ODD) {
  row('N13', `${what} is named without what it holds, and the corrected Secret pairs`, async (world) => {
    const { urls, runtimeId, tenant } = world.simulator;
    const token = world.simulator.requestToken().token;
    const good = { CONNECTOR_URL: urls.connector, RUNTIME_ID: runtimeId, TENANT: tenant, TOKEN: token };
    const data = Object.fromEntries(
      Object.entries(good).map(([name, text]) => [name, Buffer.from(text).toString('base64')]),
    );
    const { cluster } = world.cluster;
    const odd: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: CONFIGURATION,
      data: { ...data, [key]: value.toString('base64') },
    };
    await cluster.create(SECRET, odd);
    world.here();
    const { status } = await world.reaches('ConnectionFailed', (seen) =>
      named.test(seen.status?.connectionStatus.error ?? ''),
    );
    assert.ok(!JSON.stringify(status).includes(CANARY));
    assert.ok(!world.output().includes(CANARY));
    assert.equal(world.simulator.requests.list().length, 0);
    await cluster.mergePatch({ kind: SECRET, ...CONFIGURATION }, { data });
    await until('it is tried at once', () => Promise.resolve(world.count('connector', 'configuration') === 1), 10_000);
    await world.reaches('Synchronized');
  });
}

import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { CONNECTION } from '../../journeys/world.ts';
import { row } from '../row.ts';
import { fails, newTokenPairs, takenTokens } from './steps.ts';

row(
  'C13',
  'a token that is expired, unknown or used by somebody else says so, and another is used at once',
  async (world) => {
    const { simulator } = world;
    const refused = /the one-time token is refused/;
    world.here();
    const expired = simulator.requestToken().token;
    simulator.identities.expireTokensOf(simulator.runtimeId);
    await world.configure({ TOKEN: expired });
    await fails(world, 'TokenRefused', refused);
    await world.configure({ TOKEN: 'nobody-knows-this-token' });
    await fails(world, 'TokenRefused', refused);
    const { token } = simulator.requestToken();
    simulator.identities.consume(token);
    await world.configure({ TOKEN: token });
    await fails(world, 'TokenRefused', refused);
    assert.equal(takenTokens(world), 0);
    await newTokenPairs(world);
  },
);

row(
  'C13',
  'a token of another tenant pairs for that, which is named, and gives way to the right one',
  async (world) => {
    const { simulator } = world;
    const { id } = simulator.landscape.createRuntime({ tenant: '11111111-1111-4111-8111-111111111111' });
    simulator.landscape.createApplication({ name: 'orders' });
    world.here();
    await world.configure({ TOKEN: simulator.requestToken(id).token });
    const isNamed = /^TenantMismatch: .*the tenant is not that of the client certificate/;
    await world.reaches('SynchronizationFailed', ({ status }) =>
      isNamed.test(status?.synchronizationStatus?.error ?? ''),
    );
    await world.configure();
    await world.cluster.cluster.delete(CONNECTION);
    await world.reaches('Synchronized');
    assert.equal(takenTokens(world), 2);
  },
);

row(
  'C12',
  'a token that is refused because the token database is away pairs by itself when that is back',
  async (world) => {
    const { simulator } = world;
    simulator.switches.tokenDatabaseDown = true;
    world.here();
    await world.configure();
    await fails(world, 'TokenRefused', /the one-time token is refused/);
    const asked = world.count('connector', 'configuration');
    await until('it is tried again', () => Promise.resolve(world.count('connector', 'configuration') > asked));
    assert.equal(takenTokens(world), 0);
    simulator.switches.tokenDatabaseDown = false;
    await world.reaches('Synchronized');
    assert.equal(takenTokens(world), 1);
  },
);

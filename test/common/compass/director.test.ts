import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import {
  fetchRuntime,
  requestOneTimeTokenForApplication,
  requestOneTimeTokenForRuntime,
  setRuntimeLabel,
} from '#common/compass/director.ts';
import type { Endpoint } from '#common/compass/endpoint.ts';
import { readToken } from '#common/compass/token.ts';
import { Sensitive } from '#common/sensitive.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Paired, pair } from './pair.ts';

suite('the Director', () => {
  let simulator: Simulator;
  let paired: Paired;

  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
    paired = await pair(simulator);
  });
  after(() => simulator.close());
  afterEach(() => simulator.faults.clear());

  test('knows this Runtime with its labels, and no other', async () => {
    const { director, transport, runtimeId } = paired;
    const quotes = 'https://gateway.example.com/"\n} {x';
    await setRuntimeLabel(director, transport, { runtimeId, key: 'runtime_eventServiceUrl', value: quotes });
    const runtime = await fetchRuntime(director, transport, runtimeId);
    assert.equal(runtime?.id, runtimeId);
    assert.equal(runtime?.labels['runtime_eventServiceUrl'], quotes);
    const other = simulator.landscape.createRuntime({});
    assert.equal(await fetchRuntime(director, transport, '00000000-0000-4000-8000-000000000000'), undefined);
    assert.notEqual(other, undefined);
  });

  test('labels that may not be seen are none', async () => {
    const { director, transport, runtimeId } = paired;
    simulator.faults.add({ operation: 'runtime', set: { '/data/runtime/labels': null } });
    assert.deepEqual((await fetchRuntime(director, transport, runtimeId))?.labels, {});
  });

  test('N9, D8: a tenant that is wrong is TenantMismatch; a missing one is none', async () => {
    const { director, transport, runtimeId } = paired;
    const wrong: Endpoint = { ...director, tenant: '11111111-0000-4000-8000-000000000000' };
    await assert.rejects(fetchRuntime(wrong, transport, runtimeId), { reason: 'TenantMismatch' });
    const without: Endpoint = { ...director, tenant: undefined };
    assert.equal((await fetchRuntime(without, transport, runtimeId))?.id, runtimeId);
  });

  test('D20: a label of a Runtime that is not there is RuntimeNotFound', async () => {
    const { director, transport } = paired;
    const label = { runtimeId: '00000000-0000-4000-8000-000000000000', key: 'k', value: 'v' };
    await assert.rejects(setRuntimeLabel(director, transport, label), {
      reason: /RuntimeNotFound|TenantMismatch|Rejected/,
    });
  });

  test('an administrator gets tokens for a Runtime and an Application; a certificate does not', async () => {
    const { transport, runtimeId, director } = paired;
    const bearer = new Sensitive(simulator.adminToken);
    const admin: Endpoint = { url: simulator.urls.directorAdmin, target: 'director', bearer, tenant: simulator.tenant };
    const token = await requestOneTimeTokenForRuntime(admin, transport, { id: runtimeId });
    assert.equal(token.connectorUrl, simulator.urls.connector);
    assert.ok(Date.parse(token.expiresAt) > Date.now());
    assert.equal(readToken(token.rawEncoded?.reveal() ?? '').token.reveal(), token.token.reveal());
    assert.equal(inspect(token).includes(token.token.reveal()), false);
    const application = simulator.landscape.createApplication({ name: 'an-application', bundles: [] });
    const forApplication = await requestOneTimeTokenForApplication(admin, transport, { id: application.id });
    assert.notEqual(forApplication.token.reveal(), token.token.reveal());
    const byCertificate = requestOneTimeTokenForRuntime(director, transport, { id: runtimeId });
    await assert.rejects(byCertificate, { reason: /InsufficientScopes|Rejected/ });
  });

  test('D8: a token for what is not there names what', async () => {
    const bearer = new Sensitive(simulator.adminToken);
    const admin: Endpoint = { url: simulator.urls.directorAdmin, target: 'director', bearer, tenant: simulator.tenant };
    const id = '00000000-0000-4000-8000-000000000000';
    await assert.rejects(requestOneTimeTokenForRuntime(admin, paired.transport, { id }), { reason: 'RuntimeNotFound' });
    await assert.rejects(requestOneTimeTokenForApplication(admin, paired.transport, { id }), {
      reason: 'ApplicationNotFound',
    });
    const nobody = { ...admin, bearer: new Sensitive('canary') };
    await assert.rejects(requestOneTimeTokenForRuntime(nobody, paired.transport, { id }), { reason: 'Rejected' });
  });

  test('C23: a Runtime that was deleted is Rejected, in both ways of refusing', async () => {
    await using own = await startSimulator();
    const { director, transport, runtimeId } = await pair(own);
    own.deleteRuntime();
    for (const directorRefusal of ['graphql', 'http401'] as const) {
      own.switches.directorRefusal = directorRefusal;
      await assert.rejects(fetchRuntime(director, transport, runtimeId), { reason: 'Rejected' });
    }
  });
});

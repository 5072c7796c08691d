import assert from 'node:assert/strict';
import type { Reason } from '#common/errors.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import { synchronized } from '../cluster/steps.ts';
import { row } from '../row.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { fails, failsToKeepUp, newTokenPairs } from './steps.ts';

/** How an unauthenticated call looks, at the Connector and at the Director. */
const FORMS = [
  { connectorRefusal: 'graphql', directorRefusal: 'graphql' },
  { connectorRefusal: 'http400', directorRefusal: 'http401' },
] as const;

row('C23', 'a revoked certificate is Rejected, nothing is deleted, and a new token is used at once', async (world) => {
  const { simulator } = world;
  await synchronized(world);
  for (const form of FORMS) {
    Object.assign(simulator.switches, form);
    const before = await world.secret(CLIENT.namespace, CLIENT.name);
    simulator.revokeCertificates();
    const message = await fails(world, 'Rejected', /request a new one-time token/);
    assert.doesNotMatch(message, /network|unreachable|reset/i);
    assert.deepEqual(await world.secret(CLIENT.namespace, CLIENT.name), before);
    await newTokenPairs(world);
  }
});

row(
  'C23',
  'a revoked certificate that is only not renewed any more serves until its end',
  async (world) => {
    await synchronized(world);
    world.simulator.revokeCertificates();
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
    await failsToKeepUp(world, 'Rejected');
    world.simulator.landscape.createApplication({ name: 'invoices' });
    await until('it is synchronized', async () => (await world.report()).applications?.listed === 2);
  },
  { simulator: { switches: { revocation: 'notRenewable' } } },
);

/** Alerts about the client certificate (RFC 8446, section 6), and what each says to the operator. */
const ALERTS: readonly [code: number, what: string, reason: Reason, why: RegExp][] = [
  [45, 'certificate_expired', 'CertificateExpired', /the client certificate has expired/],
  [48, 'unknown_ca', 'Rejected', /in the TLS handshake \(unknown ca\)/],
  [42, 'bad_certificate', 'Rejected', /in the TLS handshake \(bad certificate\)/],
];

row(
  'C24',
  'each alert in the handshake is told at once for what it is, and a new token is used at once',
  async (world) => {
    const { simulator } = world;
    const { switches, urls } = simulator;
    await using proxy = await startTcpProxy(Number(new URL(urls.director).port));
    switches.directorURL = urls.director.replace(/:\d+/, `:${proxy.port}`);
    await synchronized(world);
    for (const [code, what, reason, why] of ALERTS) {
      switches.handshakeAlert = code;
      const startedMs = performance.now();
      // Connections that stand know nothing of it.
      proxy.cut();
      assert.match(await fails(world, reason, why), /request a new one-time token/);
      assert.ok(performance.now() - startedMs < 10_000, `${what} is told at once`);
      switches.handshakeAlert = null;
      simulator.revokeCertificates();
      await newTokenPairs(world);
    }
  },
);

import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { row } from '../row.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { fails, impatient, noTokenLeft, takenTokens } from './steps.ts';

row('C1', 'a name that cannot be resolved costs no token, and the same token pairs by the right one', async (world) => {
  world.here();
  const token = await world.configure({ CONNECTOR_URL: 'https://compass.invalid/connector/graphql' });
  await fails(world, 'CompassUnreachable', /compass\.invalid: the name cannot be resolved/);
  assert.equal(world.simulator.requests.list().length, 0);
  await world.configure({ TOKEN: token });
  await world.reaches('Synchronized');
  assert.equal(takenTokens(world), 1);
});

row('C2', 'a connection that is refused or falls silent costs no token, and the same token pairs', async (world) => {
  await using proxy = await startTcpProxy(Number(new URL(world.simulator.urls.connector).port));
  proxy.mode = 'refuse';
  world.here();
  await world.configure({ CONNECTOR_URL: world.simulator.urls.connector.replace(/:\d+/, `:${proxy.port}`) });
  await fails(world, 'CompassUnreachable', /the connection was reset/);
  proxy.mode = 'hold';
  const { accepted } = proxy;
  await until('it is tried again', () => Promise.resolve(proxy.accepted > accepted));
  noTokenLeft(world);
  proxy.mode = 'pass';
  proxy.cut();
  await world.reaches('Synchronized');
  assert.equal(takenTokens(world), 1);
});

const UNTRUSTED = [
  ['expired', 'CERT_HAS_EXPIRED'],
  ['wrongHost', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['selfSigned', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const;

row('C26', 'a server certificate that cannot be trusted costs no token, and its issuer is named', async (world) => {
  await world.simulator.showServerCertificate('expired');
  impatient(world);
  await world.configure();
  for (const [kind, code] of UNTRUSTED) {
    await world.simulator.showServerCertificate(kind);
    await fails(world, 'CompassUntrusted', new RegExp(`certificate, issued by [^,]+, .*is not trusted: .*${code}`));
  }
  noTokenLeft(world);
  await world.simulator.showServerCertificate('valid');
  await world.reaches('Synchronized');
  assert.equal(takenTokens(world), 1);
});

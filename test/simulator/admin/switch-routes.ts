import type { ServerCertificateKind } from '../authority/server-authority.ts';
import { defaultSwitches } from '../switches.ts';
import { optionalText, refuseUnknown } from './checks.ts';
import { AdminError, type AdminRoute } from './route.ts';

/** Switches that take one of a few words. */
const WORDS: Record<string, string[]> = {
  connectorRefusal: ['graphql', 'http400'],
  directorRefusal: ['graphql', 'http401'],
  revocation: ['refused', 'notRenewable'],
};
const NULLABLE = ['directorURL', 'certificateSecuredConnectorURL', 'handshakeAlert'];
const SERVER_CERTIFICATES: ServerCertificateKind[] = ['valid', 'expired', 'wrongHost', 'selfSigned'];

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : typeof value;
}

function checkSwitch(name: string, value: unknown, standard: unknown): void {
  if (value === null && NULLABLE.includes(name)) return;
  if (name === 'handshakeAlert' && typeof value === 'number') return;
  const words = WORDS[name];
  if (words !== undefined && !words.includes(String(value))) {
    throw new AdminError(400, `${name} must be one of ${words.join(', ')}`);
  }
  if (kindOf(value) !== kindOf(standard)) throw new AdminError(400, `${name} must be a ${kindOf(standard)}`);
}

function changeOf(body: Record<string, unknown>): Record<string, unknown> {
  const standard: Record<string, unknown> = { ...defaultSwitches() };
  refuseUnknown(body, Object.keys(standard), 'the list of switches');
  for (const [name, value] of Object.entries(body)) checkSwitch(name, value, standard[name]);
  return body;
}

export const switchRoutes: AdminRoute[] = [
  {
    method: 'GET',
    path: '/switches',
    does: 'show how this Compass behaves',
    answer: ({ switches }) => switches,
  },
  {
    method: 'PATCH',
    path: '/switches',
    does: 'change it: {"tokenDatabaseDown":true}, {"certificateLifetimeSeconds":120}, {"directorURL":"https://…"}',
    answer: ({ switches }, { body }) => Object.assign(switches, changeOf(body)),
  },
  {
    method: 'DELETE',
    path: '/switches',
    does: 'as it was installed',
    answer: ({ switches }) => Object.assign(switches, defaultSwitches()),
  },
  {
    method: 'POST',
    path: '/authority/rotate',
    does: 'sign with a new client CA; the old one stays trusted unless {"keepOld":false}',
    answer: async (simulator, { body }) => {
      refuseUnknown(body, ['keepOld'], 'a rotation');
      await simulator.rotateClientAuthority({ keepOld: body['keepOld'] !== false });
    },
  },
  {
    method: 'POST',
    path: '/server-certificate',
    does: `show another one: {"kind":"expired"} of ${SERVER_CERTIFICATES.join(', ')}`,
    answer: async (simulator, { body }) => {
      const text = optionalText(body, 'kind');
      const kind = SERVER_CERTIFICATES.find((known) => known === text);
      if (kind === undefined) throw new AdminError(400, `kind must be one of ${SERVER_CERTIFICATES.join(', ')}`);
      await simulator.showServerCertificate(kind);
    },
  },
  {
    method: 'POST',
    path: '/rate-limit/refill',
    does: "fill the gateway's token bucket",
    answer: (simulator) => simulator.refillRateLimit(),
  },
];

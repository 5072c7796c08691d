import type { AdminRoute } from './route.ts';
import { found } from './route.ts';

export const recordRoutes: AdminRoute[] = [
  {
    method: 'GET',
    path: '/state',
    does: 'URLs, tenant, Runtime and counts',
    answer: ({ urls, tenant, runtimeId, caPem, landscape, certificates }) => ({
      urls,
      tenant,
      runtimeId,
      caPem,
      runtimes: landscape.runtimes().length,
      applications: landscape.applications().length,
      certificates: certificates.list().length,
    }),
  },
  {
    method: 'GET',
    path: '/certificates',
    does: 'list all issued client certificates by fingerprint',
    answer: ({ certificates }) => certificates.list(),
  },
  {
    method: 'POST',
    path: '/certificates/:fingerprint/revoke',
    does: 'put one on the revocation list',
    answer: ({ certificates }, { parameter }) => {
      found(
        certificates.list().find(({ fingerprint }) => fingerprint === parameter),
        `certificate ${parameter}`,
      );
      certificates.revoke(parameter);
    },
  },
  {
    method: 'GET',
    path: '/requests',
    does: 'what reached the gateway, without secrets; newest last',
    answer: ({ requests }) => requests.list(),
  },
  {
    method: 'DELETE',
    path: '/requests',
    does: 'forget them',
    answer: ({ requests }) => requests.clear(),
  },
];

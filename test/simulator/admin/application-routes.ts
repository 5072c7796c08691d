import type { ApplicationInput, BundleInput } from '../application-input.ts';
import { generateApplication } from '../generate.ts';
import { tokenForms } from '../token-forms.ts';
import { optionalText, refuseUnknown, requireNames, wholeNumber } from './checks.ts';
import { AdminError, type AdminRoute, found } from './route.ts';

const FIELDS = ['id', 'tenant', 'formations', 'name', 'providerName', 'description', 'labels', 'auths', 'bundles'];

function checkBundle(bundle: Record<string, unknown>): void {
  requireNames([bundle], 'bundles');
  requireNames(bundle['apiDefinitions'], 'apiDefinitions');
  requireNames(bundle['eventDefinitions'], 'eventDefinitions');
}

/** The admin's own checks are few: odd Applications are what the simulator is for. */
function applicationOf(body: Record<string, unknown>): Partial<ApplicationInput> {
  refuseUnknown(body, FIELDS, 'an Application');
  optionalText(body, 'name');
  requireNames(body['bundles'], 'bundles');
  for (const bundle of (body['bundles'] ?? []) as Record<string, unknown>[]) checkBundle(bundle);
  return body;
}

export const applicationRoutes: AdminRoute[] = [
  {
    method: 'GET',
    path: '/applications',
    does: 'list all Applications',
    answer: ({ landscape }) => landscape.applications(),
  },
  {
    method: 'POST',
    path: '/applications',
    does: 'create one: {"name":"orders","bundles":[{"name":"b","apiDefinitions":[{"name":"api"}]}]}',
    answer: ({ landscape }, { body }) => {
      const { name, ...rest } = applicationOf(body);
      if (name === undefined) throw new AdminError(400, 'an Application needs a name');
      return landscape.createApplication({ name, ...rest });
    },
  },
  {
    method: 'POST',
    path: '/applications/generate',
    does: 'create many: {"count":5000,"bundles":1,"apis":1,"prefix":"generated"}',
    answer: ({ landscape }, { body }) => {
      refuseUnknown(body, ['count', 'bundles', 'apis', 'prefix'], 'generate');
      const count = wholeNumber(body, 'count', 1, 1);
      const size = { bundles: wholeNumber(body, 'bundles', 0, 1), apis: wholeNumber(body, 'apis', 0, 1) };
      const prefix = optionalText(body, 'prefix') ?? 'generated';
      for (let number = 1; number <= count; number += 1) {
        landscape.createApplication(generateApplication(`${prefix}-${number}`, size));
      }
      return { created: count };
    },
  },
  {
    method: 'DELETE',
    path: '/applications',
    does: 'delete all Applications, and their identities',
    answer: ({ landscape, identities }) => {
      for (const { id } of landscape.applications()) identities.deleteOf(id);
      landscape.deleteAllApplications();
    },
  },
  {
    method: 'GET',
    path: '/applications/:id',
    does: 'show one',
    answer: ({ landscape }, { parameter }) => found(landscape.application(parameter), `Application ${parameter}`),
  },
  {
    method: 'PATCH',
    path: '/applications/:id',
    does: 'change the named fields, for example rename it: {"name":"new-name"}; bundles replaces all of them',
    answer: ({ landscape }, { parameter, body }) =>
      found(landscape.updateApplication(parameter, applicationOf(body)), `Application ${parameter}`),
  },
  {
    method: 'PUT',
    path: '/applications/:id/bundles',
    does: 'add a bundle, or replace the one of the same id: {"name":"b"}',
    answer: ({ landscape }, { parameter, body }) => {
      checkBundle(body);
      return found(landscape.putBundle(parameter, body as unknown as BundleInput), `Application ${parameter}`);
    },
  },
  {
    method: 'DELETE',
    path: '/applications/:id',
    does: 'delete one, and its identities',
    answer: ({ landscape, identities }, { parameter }) => {
      found(landscape.deleteApplication(parameter), `Application ${parameter}`);
      identities.deleteOf(parameter);
    },
  },
  {
    method: 'POST',
    path: '/applications/:id/token',
    does: 'request a one-time token for the Application',
    answer: ({ landscape, identities, urls }, { parameter }) => {
      const { id, tenant } = found(landscape.application(parameter), `Application ${parameter}`);
      return tokenForms(identities.mint(identities.create('application', id, tenant)), urls.connector);
    },
  },
];

import type { Right } from '#common/cluster/access.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import type { Config, NamespacedName } from '../config.ts';

/** Where the rights are needed, by the settings. */
export type RightsPlaces = Pick<
  Config,
  'connectionName' | 'ownNamespace' | 'configurationSecret' | 'clientSecret' | 'integrationNamespace'
>;

const COMPASS_GROUP = 'compass.kyma-project.io';
const LEASES = { group: 'coordination.k8s.io', resource: 'leases' };
const SECRETS = { group: '', resource: 'secrets' };
const CONFIG_MAPS = { group: '', resource: 'configmaps' };

/** Every right without which something fails: those of deploy/rights, with the names of these settings. */
export function neededRights(places: RightsPlaces): Right[] {
  const { connectionName: name, ownNamespace: namespace, integrationNamespace, configurationSecret } = places;
  const own = ownObjectNames(name);
  const connections = { group: COMPASS_GROUP, resource: 'compassconnections' };
  const applications = { group: 'applicationconnector.kyma-project.io', resource: 'applications' };
  return [
    ...rights(['get', 'list', 'watch', 'patch'], { ...connections, name }),
    ...rights(['patch'], { ...connections, subresource: 'status', name }),
    ...rights(['create'], connections),
    ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], applications),
    ...rights(['get', 'list', 'watch'], at(SECRETS, configurationSecret), at(CONFIG_MAPS, configurationSecret)),
    ...rights(['patch'], at(SECRETS, configurationSecret)),
    ...rights(['get', 'list', 'watch', 'patch'], at(SECRETS, places.clientSecret)),
    ...rights(['get', 'update', 'patch', 'delete'], at(SECRETS, { namespace, name: own.journal })),
    ...rights(['get', 'update', 'patch'], at(SECRETS, { namespace, name: own.state })),
    ...rights(['get', 'patch'], at(CONFIG_MAPS, { namespace, name: own.report })),
    ...rights(['patch'], at(CONFIG_MAPS, { namespace, name: own.plan })),
    ...rights(['get', 'patch'], at(CONFIG_MAPS, { namespace, name: own.secrets })),
    ...rights(['create'], { ...SECRETS, namespace }, { ...CONFIG_MAPS, namespace }, { ...LEASES, namespace }),
    ...rights(['get', 'update'], at(LEASES, { namespace, name: own.lease })),
    ...rights(['get', 'list', 'watch', 'create', 'patch', 'delete'], { ...SECRETS, namespace: integrationNamespace }),
  ];
}

/**
 * The rights that the writes of a pairing take, where a dry run does not show them: what is created first is updated later.
 * Without any of them its token would be spent for nothing.
 */
export function storingRights({ connectionName, ownNamespace: namespace, clientSecret }: RightsPlaces): Right[] {
  const own = ownObjectNames(connectionName);
  return [
    ...rights(['get', 'patch'], at(SECRETS, clientSecret)),
    ...rights(['get', 'update', 'delete'], at(SECRETS, { namespace, name: own.journal })),
    ...rights(['get', 'update'], at(SECRETS, { namespace, name: own.state })),
  ];
}

/** What the sidecar never does: whoever takes its service account over could do it all the same. */
export function excessiveRights({ ownNamespace: namespace }: RightsPlaces): Right[] {
  const rbac = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };
  return [
    { verb: '*', group: '*', resource: '*' },
    ...rights(['get', 'list'], SECRETS),
    ...rights(['bind', 'escalate'], rbac),
    ...rights(['impersonate'], { group: '', resource: 'users' }),
    ...rights(['create'], { group: '', resource: 'pods', namespace }),
    ...rights(['create'], { group: '', resource: 'pods', subresource: 'exec', namespace }),
  ];
}

/** A right as people write it: `patch secrets/client in compass-system`. */
export function describe({ verb, group, resource, subresource, namespace, name }: Right): string {
  const kind = [resource, group].filter((part) => part !== '').join('.');
  const object = [kind, subresource, name].filter((part) => part !== undefined).join('/');
  return `${verb} ${object}${namespace === undefined ? '' : ` in ${namespace}`}`;
}

type Target = Omit<Right, 'verb'>;

function rights(verbs: readonly string[], ...objects: readonly Target[]): Right[] {
  return objects.flatMap((object) => verbs.map((verb) => ({ verb, ...object })));
}

function at(object: Target, { namespace, name }: NamespacedName): Target {
  return { ...object, namespace, name };
}

import type { Installation } from '../install/installed.ts';
import { ownPlaces } from '../install/own-places.ts';
import type { InstallationValues } from '../install/values.ts';
import type { Belonging } from './belongings.ts';
import type { UninstallOptions } from './options.ts';

export interface Uninstallation {
  readonly installation: Installation | undefined;
  readonly values: InstallationValues;
  readonly going: readonly Belonging[];
  readonly options: UninstallOptions;
}

/** What will be done, one thing a line, before any of it is; nothing where there is nothing to do. */
export function describeUninstallation({ installation, values, going, options }: Uninstallation): readonly string[] {
  const { revoke, purgeApplications, deleteCredentials, deleteCrds } = options;
  const { namespace, connectionName, integrationNamespace } = values;
  const { client } = ownPlaces(values);
  if (!installation && going.length === 0 && !purgeApplications && !deleteCrds) return [];
  const objects = going.length === 1 ? '1 object' : `${going.length} objects`;
  return [
    ...(revoke ? [`revoke the client certificate of ${connectionName}: Compass never accepts it again`] : []),
    ...(installation ? [`stop the sidecar in namespace ${namespace}, and wait for its end`] : []),
    purgeApplications
      ? `delete all Applications that ${connectionName} keeps, and their Secrets in ${integrationNamespace}`
      : 'keep the Applications as they are',
    deleteCredentials
      ? `delete the credentials of ${connectionName} for good, and the CompassConnection`
      : revoke
        ? `delete the certificate and its key from secret ${client.namespace}/${client.name}`
        : 'keep the credentials, so that an installation goes on with them',
    `remove ${objects} of the sidecar`,
    ...(deleteCrds ? ['delete the definitions that install made, where no object of them is left'] : []),
  ];
}

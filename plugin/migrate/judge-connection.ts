import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { count } from '../status/words.ts';
import type { MigrationFacts } from './facts.ts';
import type { MigrationFinding } from './finding.ts';

/** Whether the CompassConnection says where Compass is, and how the agent stands. */
export function judgeConnection({ connection: { items, denied } }: MigrationFacts): MigrationFinding {
  const base = { name: 'connection' };
  if (denied) return { ...base, status: 'skipped', message: describeRight(denied), next: canICommand(denied) };
  const [connection] = items;
  const kind = COMPASS_CONNECTION.kind;
  if (!connection) {
    const message = `there is no ${kind} ${DEFAULT_CONNECTION_NAME}: nothing says where Compass is, so that the sidecar would need a token`;
    return { ...base, status: 'error', reason: 'TokenRequired', message };
  }
  const { connectorUrl, directorUrl } = connection.spec?.managementInfo ?? {};
  if (!connectorUrl || !directorUrl) {
    const message = `the ${kind} ${DEFAULT_CONNECTION_NAME} names no URLs: nothing says where Compass is, so that the sidecar would need a token`;
    return { ...base, status: 'error', reason: 'TokenRequired', message };
  }
  const { connectionState: state = '', connectionStatus, synchronizationStatus } = connection.status ?? {};
  if (['Synchronized', 'Connected'].includes(state))
    return { ...base, status: 'ok', message: `${DEFAULT_CONNECTION_NAME} is ${state}` };
  const error = connectionStatus?.error || synchronizationStatus?.error;
  const message = `${DEFAULT_CONNECTION_NAME} is ${state || 'without a state'}${error ? `: ${error}` : ''}; the sidecar will meet the same`;
  return { ...base, status: 'warning', message };
}

/** Whether both kinds are served, and whether the agent can go back to them. */
export function judgeDefinitions({ definitions }: MigrationFacts): readonly MigrationFinding[] {
  const base = { name: 'definitions' };
  const missing = Object.entries(definitions).filter(([, { served }]) => !served);
  if (missing.length > 0) {
    const kinds = missing.map(([kind]) => (kind === 'connection' ? 'CompassConnection' : 'Application'));
    return [
      {
        ...base,
        status: 'error',
        reason: 'NotInstalled',
        message: `the cluster does not serve ${kinds.join(' and ')}`,
      },
    ];
  }
  if (!definitions.connection.hasStatus)
    return [{ ...base, status: 'ok', message: 'the sidecar works with them as they are' }];
  return [{ ...base, status: 'warning', message: `${STATUS_SUBRESOURCE}; there is no way back by --rollback` }];
}

/** Why the reference agent cannot work with a definition. */
export const STATUS_SUBRESOURCE =
  'the definition of CompassConnection has a status subresource: the reference agent writes its status through the object, which the API server then ignores';

/** Whether it can be proven that they stay. */
export function judgeApplications({ applications: { items, denied } }: MigrationFacts): MigrationFinding {
  const base = { name: 'applications' };
  if (denied) {
    const message = `${describeRight(denied)}: that they stay could not be proven`;
    return { ...base, status: 'error', reason: 'ClusterForbidden', message, next: canICommand(denied) };
  }
  return { ...base, status: 'ok', message: `${count(items[0]?.size ?? 0, 'Application')}, to stay as they are` };
}

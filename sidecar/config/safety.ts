import { ownObjectNames } from '#common/resources/names.ts';
import type { NamespacedName } from './names.ts';
import type { Settings } from './settings.ts';

/** Refuses switches of Node that would undo what the settings promise: verification, and no way in for a debugger. */
export function refuseUnsafeNode(settings: Settings): void {
  if (settings.text('NODE_TLS_REJECT_UNAUTHORIZED') === '0') {
    settings.refuse(
      'NODE_TLS_REJECT_UNAUTHORIZED is "0", allowed: unset; it would switch verification off for the API server too (for Compass alone: APP_SKIP_COMPASS_TLS_VERIFY)',
    );
  }
  if (settings.text('NODE_OPTIONS')?.includes('--inspect')) {
    settings.refuse('NODE_OPTIONS holds --inspect, allowed: no inspector, because it would show keys and tokens');
  }
}

/** Refuses to keep two things in one Secret. */
export function refuseSharedSecrets(
  settings: Settings,
  secrets: Readonly<Record<string, NamespacedName>>,
  ownNamespace: string,
  connectionName: string,
): void {
  const users = new Map<string, string>();
  const { journal, state } = ownObjectNames(connectionName);
  for (const name of [journal, state]) users.set(`${ownNamespace}/${name}`, "the sidecar's own state");
  for (const [setting, { namespace, name }] of Object.entries(secrets)) {
    const key = `${namespace}/${name}`;
    const user = users.get(key);
    if (user) settings.refuse(`${setting} is "${key}", allowed: a Secret that is not also that of ${user}`);
    users.set(key, setting);
  }
}

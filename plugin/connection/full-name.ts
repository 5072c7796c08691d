import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';

/** A CompassConnection as `-o name` prints it, and kubectl: `compassconnection.compass.kyma-project.io/NAME`. */
export function connectionFullName(name: string): string {
  const { kind, apiVersion } = COMPASS_CONNECTION;
  return `${kind.toLowerCase()}.${apiVersion.split('/')[0]}/${name}`;
}

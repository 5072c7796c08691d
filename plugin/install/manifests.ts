import { fileURLToPath } from 'node:url';
import type { KubeObject } from '#common/cluster/objects.ts';
import { withDeploymentValues } from './deployment.ts';
import { type Manifests, readManifests } from './kustomization.ts';
import { relocated } from './relocate.ts';
import type { InstallationValues } from './values.ts';

/** Set by the build (esbuild's `define`), as JSON; from source it is not there. */
declare const COMPASS_MANIFESTS: string | undefined;

let manifests: Manifests | undefined;

function embedded(): Manifests {
  manifests ??= typeof COMPASS_MANIFESTS === 'string' ? (JSON.parse(COMPASS_MANIFESTS) as Manifests) : ofSource();
  return manifests;
}

function ofSource(): Manifests {
  try {
    return readManifests(fileURLToPath(new URL('../../sidecar/deploy', import.meta.url)));
  } catch (error) {
    throw new Error('neither built nor beside sidecar/deploy', { cause: error });
  }
}

/**
 * The objects of an installation, without the definitions, in the order in which they are applied: Namespace, ServiceAccount,
 * rights, network policy, Deployment. With DEFAULT_VALUES they are those of `kubectl kustomize sidecar/deploy`.
 */
export function installationObjects(values: InstallationValues): readonly KubeObject[] {
  const { objects, istioCa, networkPolicy } = embedded();
  const [before, deployments] = [objects.filter(not(isDeployment)), objects.filter(isDeployment)];
  return [
    ...before,
    ...(values.istioCa ? istioCa : []),
    ...(values.networkPolicy ? networkPolicy : []),
    ...deployments.map((deployment) => withDeploymentValues(deployment, values)),
  ].map((object) => relocated(object, values));
}

/** The CustomResourceDefinitions of CompassConnection and Application. */
export function definitionObjects(): readonly KubeObject[] {
  return embedded().definitions;
}

function isDeployment({ kind }: KubeObject): boolean {
  return kind === 'Deployment';
}

function not<T>(judge: (value: T) => boolean): (value: T) => boolean {
  return (value) => !judge(value);
}

import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import type { SecretPlace } from '#common/resources/report.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { installationObjects } from '../install/manifests.ts';
import { withoutForeignNamespace } from '../install/own-namespace.ts';
import { CA_SETTING, CLIENT_SETTING, CONFIGURATION_SETTING } from '../install/own-places.ts';
import { DEFAULT_VALUES, type InstallationValues } from '../install/values.ts';
import { carriedSettings, type Setting } from './carry-over.ts';
import type { MigrationFacts } from './facts.ts';
import type { Deployment } from './workload.ts';

/**
 * Where the sidecar goes unless that was said: beside the agent's client certificate; but not where the Secrets of Applications
 * are, which needs rights of another kind.
 */
export function targetNamespace(ofClient: string, settings: readonly Setting[]): string {
  return ofClient === '' || ofClient === integrationNamespace(settings) ? DEFAULT_NAMESPACE : ofClient;
}

function integrationNamespace(settings: readonly Setting[]): string {
  return carriedSettings(settings)['APP_INTEGRATION_NAMESPACE'] ?? DEFAULT_VALUES.integrationNamespace;
}

/** What the sidecar is installed with: the agent's settings, and its Secrets where they are. */
export function installationValues(
  { settings, secrets, namespace }: Pick<MigrationFacts, 'settings' | 'secrets' | 'namespace'>,
  image: string | undefined,
): InstallationValues {
  const { APP_INTEGRATION_NAMESPACE: integration, ...carried } = carriedSettings(settings);
  const { configuration, client, ca } = secrets;
  return {
    ...DEFAULT_VALUES,
    namespace,
    integrationNamespace: integration ?? DEFAULT_VALUES.integrationNamespace,
    ...(image === undefined ? {} : { image }),
    istioCa: ca.kind !== undefined,
    settings: {
      ...carried,
      [CONFIGURATION_SETTING]: slashed(configuration.place),
      [CLIENT_SETTING]: slashed(client.place),
      [CA_SETTING]: slashed(ca.place),
    },
  };
}

function slashed({ namespace, name }: SecretPlace): string {
  return `${namespace}/${name}`;
}

type Ground = Pick<MigrationFacts, 'agent' | 'sidecars' | 'settings' | 'secrets' | 'namespace'>;

/**
 * What is applied before the agent is stopped: the sidecar, without letting it run, where it is not there, and its rights on what
 * it takes over.
 */
export async function objectsToApply(
  cluster: Cluster,
  facts: Ground,
  image: string | undefined,
): Promise<readonly KubeObject[]> {
  const rights = takeOverRights(facts);
  if (facts.sidecars.items.length > 0) return rights;
  const installation = installationObjects(installationValues(facts, image)).map(atRest);
  return [...(await withoutForeignNamespace(cluster, installation)), ...rights];
}

/** It runs only once the agent does not. What an upgrade keeps says nothing of that. */
function atRest(object: KubeObject): KubeObject {
  if (object.kind !== 'Deployment') return object;
  const deployment = object as Deployment;
  return { ...deployment, spec: { ...deployment.spec, replicas: 0 } } as Deployment;
}

/** What the Roles of a migration are called, in whatever namespace, and their bindings. */
export const TAKEN_OVER_NAME = 'compass-sidecar-taken-over';
const RBAC = 'rbac.authorization.k8s.io';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * Rights beside those of an installation: on the Secrets that are outside of its namespace, and to see the agent's Deployment,
 * so that the sidecar stops writing when somebody scales that up again.
 */
function takeOverRights({ agent, secrets, namespace }: Ground): readonly KubeObject[] {
  const { configuration, client } = secrets;
  const rules: (readonly [namespace: string, rule: Rule])[] = [
    [agent.metadata.namespace ?? '', rule('apps', ['deployments'], agent.metadata.name, ['get'])],
    ...outside(configuration.place, namespace, [
      rule('', ['secrets', 'configmaps'], configuration.place.name, ['get', 'list', 'watch']),
      rule('', ['secrets'], configuration.place.name, ['patch']),
    ]),
    ...outside(client.place, namespace, [
      rule('', ['secrets'], client.place.name, ['get', 'list', 'watch', 'patch']),
      // RBAC knows no names for create
      { apiGroups: [''], resources: ['secrets'], verbs: ['create'] },
    ]),
  ];
  const places = Map.groupBy(rules, ([place]) => place);
  return [...places].flatMap(([place, entries]) =>
    roleAndBinding(
      place,
      entries.map(([, entry]) => entry),
      namespace,
    ),
  );
}

function rule(group: string, resources: readonly string[], name: string, verbs: readonly string[]): Rule {
  return { apiGroups: [group], resources, resourceNames: [name], verbs };
}

function outside(place: SecretPlace, namespace: string, rules: readonly Rule[]): (readonly [string, Rule])[] {
  return place.namespace === namespace ? [] : rules.map((one) => [place.namespace, one] as const);
}

function roleAndBinding(place: string, rules: readonly Rule[], namespace: string): KubeObject[] {
  const labels = { ...SIDECAR_LABELS, 'app.kubernetes.io/part-of': 'kubectl-compass' };
  const head = { apiVersion: `${RBAC}/v1`, metadata: { name: TAKEN_OVER_NAME, namespace: place, labels } };
  const role: KubeObject & { readonly rules: readonly Rule[] } = { ...head, kind: 'Role', rules };
  const binding: KubeObject & { readonly roleRef: object; readonly subjects: readonly object[] } = {
    ...head,
    kind: 'RoleBinding',
    roleRef: { apiGroup: RBAC, kind: 'Role', name: TAKEN_OVER_NAME },
    subjects: [{ kind: 'ServiceAccount', name: 'compass-sidecar', namespace }],
  };
  return [role, binding];
}

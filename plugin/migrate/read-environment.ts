import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { hasReason } from '#common/errors.ts';
import type { Container, EnvFrom, EnvVar } from './workload.ts';

/** One variable as the container sees it, or why its value is not known here. */
export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly unknownBecause?: string;
}

/**
 * The environment of a container. What a ConfigMap gives is read as it is now; Secrets are not read. A later variable of a
 * name wins, and those of `env` over those of `envFrom`, as the kubelet has it.
 */
export async function readEnvironment(
  cluster: Cluster,
  namespace: string,
  { env = [], envFrom = [] }: Pick<Container, 'env' | 'envFrom'>,
): Promise<readonly Variable[]> {
  const find = configMaps(cluster, namespace);
  const whole = await Promise.all(envFrom.map((source) => readAll(source, find)));
  const single = await Promise.all(env.map((variable) => readOne(variable, find)));
  const byName = new Map([...whole.flat(), ...single].map((variable) => [variable.name, variable]));
  return [...byName.values()];
}

type FindConfigMap = (name: string) => Promise<Readonly<Record<string, string>> | string>;

/** The content of a ConfigMap, each asked for once; or why it is not known. */
function configMaps(cluster: Cluster, namespace: string): FindConfigMap {
  const known = new Map<string, ReturnType<FindConfigMap>>();
  const read = async (name: string) => {
    try {
      const map = await cluster.find<ConfigMap>({ kind: CONFIG_MAP, namespace, name });
      return map ? (map.data ?? {}) : `there is no configmap ${namespace}/${name}`;
    } catch (error) {
      if (hasReason(error, 'ClusterForbidden')) return `not permitted: get configmap ${namespace}/${name}`;
      throw error;
    }
  };
  return (name) => {
    const reading = known.get(name) ?? read(name);
    known.set(name, reading);
    return reading;
  };
}

async function readAll({ prefix = '', configMapRef, secretRef }: EnvFrom, find: FindConfigMap): Promise<Variable[]> {
  if (secretRef) return [{ name: `${prefix}*`, unknownBecause: ofSecret(secretRef.name) }];
  const data = await find(configMapRef?.name ?? '');
  if (typeof data === 'string') return [{ name: `${prefix}*`, unknownBecause: data }];
  return Object.entries(data).map(([key, value]) => ({ name: `${prefix}${key}`, value }));
}

async function readOne({ name, value, valueFrom }: EnvVar, find: FindConfigMap): Promise<Variable> {
  if (!valueFrom) return { name, value: value ?? '' };
  const { configMapKeyRef, secretKeyRef } = valueFrom;
  if (secretKeyRef) return { name, unknownBecause: ofSecret(secretKeyRef.name) };
  if (!configMapKeyRef) return { name, unknownBecause: 'it is a fact of the Pod' };
  const data = await find(configMapKeyRef.name ?? '');
  if (typeof data === 'string') return { name, unknownBecause: data };
  const found = data[configMapKeyRef.key ?? ''];
  if (found !== undefined) return { name, value: found };
  return { name, unknownBecause: `configmap ${configMapKeyRef.name} has no ${configMapKeyRef.key}` };
}

function ofSecret(name = ''): string {
  return `it comes from secret ${name}, which is not read`;
}

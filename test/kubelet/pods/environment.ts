import type { Cluster } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, SECRET } from '#common/cluster/objects.ts';
import type { Container, Pod, Variable } from '../pod.ts';
import { fieldOf, Missing, valuesOf } from './sources.ts';

/** The variables that a container asks for, in their order. Throws Missing where one cannot be had. */
export async function environmentOf(
  cluster: Cluster,
  pod: Pod,
  { env = [], envFrom = [] }: Pick<Container, 'env' | 'envFrom'>,
): Promise<Readonly<Record<string, string>>> {
  const { namespace = '' } = pod.metadata;
  const values: Record<string, string> = {};
  for (const { prefix = '', secretRef, configMapRef } of envFrom) {
    const from = secretRef ?? configMapRef;
    if (!from) continue;
    const found = await valuesOf(cluster, secretRef ? SECRET : CONFIG_MAP, namespace, from);
    for (const [key, value] of Object.entries(found)) values[`${prefix}${key}`] = value.toString('utf8');
  }
  for (const variable of env) {
    const value = await variableValue(cluster, pod, variable);
    if (value !== undefined) values[variable.name] = expand(value, values);
  }
  return values;
}

async function variableValue(
  cluster: Cluster,
  pod: Pod,
  { name, value, valueFrom }: Variable,
): Promise<string | undefined> {
  if (!valueFrom) return value ?? '';
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom;
  if (fieldRef) return fieldOf(pod, fieldRef.fieldPath);
  const from = secretKeyRef ?? configMapKeyRef;
  if (!from) throw new Missing(`no such source of variable ${name}`);
  const kind = secretKeyRef ? SECRET : CONFIG_MAP;
  const found = (await valuesOf(cluster, kind, pod.metadata.namespace ?? '', from))[from.key];
  if (!found && !from.optional) throw new Missing(`couldn't find key ${from.key} in ${kind.kind} ${from.name}`);
  return found?.toString('utf8');
}

/** `$(NAME)` of a variable before it; `$$(NAME)` stays `$(NAME)`. */
function expand(value: string, known: Readonly<Record<string, string>>): string {
  return value.replace(/\$(\$?)\((\w+)\)/g, (whole, escaped: string, name: string) =>
    escaped ? whole.slice(1) : (known[name] ?? whole),
  );
}

import { kindNamed, WORKLOAD_KINDS } from '../inject/live/kinds.ts';
import { type Candidate, valuesOf } from './candidate.ts';
import { type Listed, lookUp } from './look-up.ts';
import type { Situation } from './situation.ts';

const LISTED: Readonly<Record<string, Listed>> = {
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  DaemonSet: 'daemonsets',
};

/** The types of workloads, each with its slash, behind which the names come; a type may be written as kubectl takes it. */
export async function workloads(situation: Situation): Promise<Candidate[]> {
  const [type = '', name] = situation.current.split('/', 2);
  if (name === undefined) return valuesOf(WORKLOAD_KINDS.map(({ kind }) => `${kind.toLowerCase()}/`));
  const listed = LISTED[kindNamed(type.toLowerCase())?.kind ?? ''];
  return listed === undefined ? [] : valuesOf((await lookUp(listed, situation)).map((one) => `${type}/${one}`));
}

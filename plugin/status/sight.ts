import type { KubeObject } from '#common/cluster/objects.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { type Lease, podOfHolder } from '#common/resources/lease.ts';
import type { FoundReport } from '../connection/reports.ts';
import type { MissingRight } from '../connection/right.ts';
import { type Pod, sidecarContainer } from '../connection/sidecar-pod.ts';
import type { AgentFacts, ConnectionFacts } from './facts.ts';
import { factsFromReport } from './from-report.ts';
import { factsFromResource, instant } from './from-resource.ts';

/** Everything that was seen of one connection: what a look at the cluster gives, and what watching it keeps up to date. */
export interface Sight {
  readonly name: string;
  /** Where its sidecar is, or would be. */
  readonly namespace: string;
  /** Where it was said to be. */
  readonly searched: string | undefined;
  readonly resource: CompassConnection | undefined;
  readonly found: FoundReport | undefined;
  readonly lease: Lease | undefined;
  /** The Pod that led when it was looked for. */
  readonly pod: (Pod & KubeObject) | undefined;
  /** Namespaces with a report of this connection, where the one that was named has none. */
  readonly elsewhere: readonly string[];
  readonly notPermitted: readonly MissingRight[];
}

/** The facts that follow from what was seen. */
export function factsOf(sight: Sight): ConnectionFacts {
  const { name, namespace, resource, found, searched, notPermitted } = sight;
  const isFlagged = resource?.spec?.refreshCredentialsNow === true;
  if (found?.report) {
    const facts = factsFromReport(found.report, name, namespace);
    const isGone = !(resource || isHidden(sight));
    return {
      ...facts,
      agent: { ...facts.agent, ...agentFacts(sight) },
      isRenewalAsked: isFlagged,
      notPermitted,
      isGone,
      remarks: isGone ? [`CompassConnection ${name} is gone; this is its last report.`] : [],
    };
  }
  const facts = resource ? factsFromResource(resource) : factsFromReport({ schemaVersion: '' }, name, undefined);
  return {
    ...facts,
    source: resource ? 'resource' : 'nothing',
    namespace: searched,
    agent: undefined,
    notPermitted,
    remarks: remarksOf(sight),
  };
}

function isHidden({ notPermitted }: Sight): boolean {
  return notPermitted.some(({ resource }) => resource.startsWith('compassconnections'));
}

function remarksOf({ resource, found, searched, elsewhere, notPermitted }: Sight): string[] {
  if (found) return [`The report in namespace ${found.namespace} cannot be read: is the plugin too old for it?`];
  if (notPermitted.some((right) => right.resource === 'configmaps'))
    return ['This is what the CompassConnection says.'];
  if (!resource) return [];
  const where = searched ? `in namespace ${searched}` : 'in this cluster';
  return [
    `No report of a sidecar ${where}: this is what the CompassConnection says.`,
    ...elsewhere.map((namespace) => `There is one in namespace ${namespace}: say -n ${namespace}.`),
  ];
}

/** Who leads and until when, by the Lease: the report is written on changes only, and outlives its sidecar. */
function agentFacts({ lease, pod }: Sight): AgentFacts {
  const renewedAt = instant(lease?.spec?.renewTime);
  if (renewedAt === undefined) return {};
  const { holderIdentity, leaseDurationSeconds } = lease?.spec ?? {};
  const leader = podOfHolder(holderIdentity);
  return {
    leaseUntil: renewedAt + (leaseDurationSeconds ?? 0) * 1_000,
    ...(leader ? { leader } : {}),
    ...(pod && pod.metadata.name === leader ? restartsOf(pod) : {}),
  };
}

function restartsOf(pod: Pod): AgentFacts {
  const container = sidecarContainer(pod);
  const status = pod.status?.containerStatuses?.find(({ name }) => name === container);
  return { restarts: status?.restartCount, restartedAt: instant(status?.lastState?.terminated?.finishedAt) };
}

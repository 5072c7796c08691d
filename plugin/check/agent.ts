import type { Cluster } from '#common/cluster/cluster.ts';
import { DEPLOYMENT, type KubeObject, LEASE } from '#common/cluster/objects.ts';
import { heldUntil, isHeld, type Lease, podOfHolder } from '#common/resources/lease.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import type { Report } from '#common/resources/report.ts';
import { VERSION } from '#common/version.ts';
import type { FoundConnection } from '../connection/find.ts';
import { FOREIGN_AGENT, findForeignAgents } from '../connection/foreign-agents.ts';
import { list, type Reading, reading } from '../connection/reading.ts';
import { SIDECAR_SELECTOR } from '../connection/reports.ts';
import { canICommand, describeRight, hiddenReport, type MissingRight } from '../connection/right.ts';
import { humanDuration } from '../output/age.ts';
import { skewBetween } from '../versions/skew.ts';
import type { OwnFinding } from './finding.ts';

interface Deployment extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

/** Whether a sidecar runs, reports, and fits this plugin; and whether another agent keeps the same connection. */
export async function checkAgent(cluster: Cluster, connection: FoundConnection, now: number): Promise<OwnFinding[]> {
  const { name, namespace, found, notPermitted } = connection;
  const [deployments, leases, foreign] = await Promise.all([
    fetchDeployments(cluster, namespace),
    fetchLease(cluster, name, namespace),
    checkForeignAgent(cluster, namespace),
  ]);
  const version = found?.report?.leader?.version;
  return [
    ...deployments,
    ...leases.items.map((lease) => judgeLease(lease, { name, namespace, now, version })),
    ...denials(leases.denied, 'running'),
    ...judgeReport(connection),
    ...judgeVersion(found?.report),
    ...(found ? foreign : foreign.map((finding) => keeper(finding, hiddenReport(notPermitted)))),
  ];
}

const BASE = { category: 'agent', from: 'cluster' } as const;

async function fetchDeployments(cluster: Cluster, namespace: string): Promise<OwnFinding[]> {
  const right = { verb: 'list', resource: 'deployments.apps', namespace };
  const found = await reading(right, () =>
    list<Deployment>(cluster, DEPLOYMENT, { namespace, labelSelector: SIDECAR_SELECTOR }),
  );
  return [
    ...found.items.map((deployment) => judgeDeployment(deployment, namespace)),
    ...denials(found.denied, 'deployment'),
  ];
}

function judgeDeployment({ metadata, spec, status }: Deployment, namespace: string): OwnFinding {
  const wanted = spec?.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const base = { ...BASE, name: 'deployment', facts: { ready: String(ready), wanted: String(wanted) } };
  if (ready > 0 && ready >= wanted) return { ...base, status: 'ok', message: `${ready}/${wanted} ready` };
  if (wanted === 0) {
    // It may be meant: the reference agent keeps the connection, or will again.
    const message = `deployment ${metadata.name} is scaled to 0`;
    return { ...base, status: 'warning', reason: 'SidecarSilent', message, next: 'kubectl compass migrate from-agent' };
  }
  const message = `deployment ${metadata.name}: ${ready}/${wanted} ready`;
  const next = podsOf(namespace);
  return { ...base, status: ready > 0 ? 'warning' : 'error', reason: 'SidecarSilent', message, next };
}

async function fetchLease(cluster: Cluster, connection: string, namespace: string): Promise<Reading<Lease>> {
  const ref = { kind: LEASE, name: ownObjectNames(connection).lease, namespace };
  return reading({ verb: 'get', resource: 'leases.coordination.k8s.io', namespace }, async () => {
    const lease = await cluster.find<Lease>(ref);
    return lease ? [lease] : [];
  });
}

interface LeaseContext {
  readonly name: string;
  readonly namespace: string;
  readonly now: number;
  readonly version: string | undefined;
}

function judgeLease(lease: Lease, { name, namespace, now, version }: LeaseContext): OwnFinding {
  const base = { ...BASE, name: 'running' };
  const until = heldUntil(lease);
  const leader = podOfHolder(lease.spec?.holderIdentity);
  if (isHeld(lease, now)) {
    const message = ['running', version && `v${version.replace(/^v/, '')}`].filter((part) => part).join(', ');
    return { ...base, status: 'ok', message, facts: leader ? { leader } : {} };
  }
  const since = Number.isFinite(until) ? ` for ${humanDuration(now - until)}` : '';
  const message = `the sidecar of ${name} has not been seen${since}: nothing is renewed or synchronized`;
  return { ...base, status: 'error', reason: 'SidecarSilent', message, next: podsOf(namespace) };
}

/** The command that shows the Pods of a sidecar. */
function podsOf(namespace: string): string {
  return `kubectl -n ${namespace} get pods -l ${SIDECAR_SELECTOR}`;
}

function judgeReport({ found, namespace, notPermitted }: FoundConnection): OwnFinding[] {
  const base = { ...BASE, name: 'report' };
  // That it may not be read is a finding of its own.
  if (found?.report || (!found && hiddenReport(notPermitted))) return [];
  if (!found) {
    const message = 'no sidecar has reported: what follows is what the CompassConnection says';
    return [{ ...base, status: 'warning', reason: 'SidecarSilent', message, next: podsOf(namespace) }];
  }
  const message = `the report in namespace ${found.namespace} cannot be read: is the plugin too old for it?`;
  return [{ ...base, status: 'warning', reason: 'VersionSkew', message }];
}

function judgeVersion(report: Report | undefined): OwnFinding[] {
  const running = report?.leader?.version;
  const facts = { plugin: VERSION, ...(running ? { sidecar: running } : {}) };
  const base = { ...BASE, name: 'version', facts };
  const skew = skewBetween(VERSION, running);
  if (skew === 'unknown') return [];
  if (skew === 'ok') return [{ ...base, status: 'ok', message: `fits this plugin (v${VERSION})` }];
  const message = `the sidecar is v${running} and this plugin v${VERSION}: more than two minor versions apart`;
  return [{ ...base, status: 'warning', reason: 'VersionSkew', message }];
}

/** Without a sidecar of ours it is no intruder, but the one that keeps the connection; unless that may not be seen. */
function keeper(finding: OwnFinding, hidden: MissingRight | undefined): OwnFinding {
  const { facts, status } = finding;
  if (status === 'skipped') return finding;
  if (hidden) {
    const text = `${FOREIGN_AGENT} runs in namespace ${facts?.['namespace']}; whether a sidecar does, too, is ${describeRight(hidden)}`;
    return { ...BASE, name: 'foreign', status: 'skipped', message: text, next: canICommand(hidden) };
  }
  const message = `kept by ${FOREIGN_AGENT} in namespace ${facts?.['namespace']}`;
  return { ...BASE, name: 'foreign', status: 'ok', message, ...(facts ? { facts } : {}) };
}

/** Two agents that keep one connection take each other's tokens and Applications. */
export async function checkForeignAgent(cluster: Cluster, namespace: string): Promise<OwnFinding[]> {
  const { items, denied } = await findForeignAgents<Deployment>(cluster, namespace);
  const running = items
    .filter(({ spec }) => (spec?.replicas ?? 1) > 0)
    .map(({ metadata }): OwnFinding => {
      const place = metadata.namespace ?? '';
      const message = `${FOREIGN_AGENT} runs in namespace ${place}: two agents take each other's tokens and Applications`;
      const next = 'kubectl compass migrate from-agent';
      const facts = { namespace: place };
      return { ...BASE, name: 'foreign', status: 'error', reason: 'ForeignAgent', message, next, facts };
    });
  return [...running, ...denials(denied, 'foreign')];
}

/** What could not be looked at: it says "not permitted", never "missing". */
export function denials(right: MissingRight | undefined, name: string): OwnFinding[] {
  if (!right) return [];
  return [{ ...BASE, name, status: 'skipped', message: describeRight(right), next: canICommand(right) }];
}

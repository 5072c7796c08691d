import { formatTime } from '#common/clock.ts';
import type { Report } from '#common/resources/report.ts';
import type { AgentFacts, ConnectionFacts } from '../../../plugin/status/facts.ts';
import { factsFromReport } from '../../../plugin/status/from-report.ts';
import { factsOf as factsOfSight, type Sight } from '../../../plugin/status/sight.ts';
import {
  CROWDED,
  condition,
  DEGRADED,
  EXPIRED,
  HEALTHY,
  LABELS_FAILED,
  LISTING_FAILED,
  NOW,
  PAIRED,
  REJECTED,
  SUSPENDED,
  TOKEN_REFUSED,
  UNREACHABLE,
} from '../sample-reports.ts';

/** The laptop's clock may be some seconds ahead of the cluster's, and the Lease is over as it sees it. */
const RUNNING: AgentFacts = { leaseUntil: NOW - 12_000 };

const HOUR = 3_600_000;

/** The facts of a report whose sidecar runs, unless something else is said. */
export function factsOf(report: Report, agent: AgentFacts = RUNNING): ConnectionFacts {
  const facts = factsFromReport(report, 'compass-connection', 'compass-system');
  return { ...facts, agent: { ...facts.agent, ...agent } };
}

/** What there is of a connection that another agent keeps, or nobody. */
function resourceAlone(status: Record<string, unknown> | undefined, seen: Partial<Sight> = {}): ConnectionFacts {
  return factsOfSight({
    name: 'compass-connection',
    namespace: 'compass-system',
    searched: undefined,
    resource: {
      apiVersion: 'compass.kyma-project.io/v1alpha1',
      kind: 'CompassConnection',
      metadata: { name: 'compass-connection' },
      spec: { managementInfo: { connectorUrl: 'https://connector.example', directorUrl: 'https://director.example' } },
      ...(status ? { status } : {}),
    } as unknown as NonNullable<Sight['resource']>,
    found: undefined,
    lease: undefined,
    pod: undefined,
    elsewhere: [],
    notPermitted: [],
    ...seen,
  });
}

/** A status as the agent writes it that we replace. */
function agentStatus(connectionState: string, { hoursAgo = 0, error = '' } = {}): Record<string, unknown> {
  const at = (ms: number) => formatTime(NOW + ms);
  return {
    connectionState,
    connectionStatus: {
      certificateStatus: { acquired: at(-20 * HOUR), notBefore: at(-20 * HOUR), notAfter: at(70 * 24 * HOUR) },
      established: at(-20 * HOUR),
      lastSync: at(-30_000 - hoursAgo * HOUR),
      lastSuccess: at(-30_000 - hoursAgo * HOUR),
    },
    synchronizationStatus: {
      lastAttempt: at(-30_000 - hoursAgo * HOUR),
      lastSuccessfulFetch: at(-30_000 - hoursAgo * HOUR),
      lastSuccessfulApplication: at(-30_000 - hoursAgo * HOUR),
      ...(error === '' ? {} : { error }),
    },
  };
}

const DISCONNECTED: Report = {
  ...TOKEN_REFUSED,
  conditions: [
    condition('Connected', 'False', 'Disconnected', 'disconnected by request; a new one-time token connects again'),
    condition('Synchronized', 'Unknown', 'Disconnected', 'nothing is synchronized while the connection fails'),
    condition('Ready', 'False', 'Disconnected', 'disconnected by request; a new one-time token connects again'),
  ],
  contact: {},
};

const HELD: Report = {
  ...HEALTHY,
  conditions: [
    ...(HEALTHY.conditions ?? []),
    condition(
      'DeletionsHeld',
      'True',
      'DeletionsHeld',
      '62 deletions are held as plan 5f0c until 2026-09-11T10:11:00Z; nothing was deleted',
    ),
  ],
  applications: { listed: 350, present: 412, inSync: 350, failed: 0, held: 62, secrets: 655 },
  held: {
    id: '5f0c',
    count: 62,
    names: ['a', 'b'],
    since: formatTime(NOW - 240_000),
    goesAt: formatTime(NOW + 660_000),
    budget: 41,
    why: 'more than the budget of 41',
  },
};

const TOKEN_KEPT = {
  type: 'TokenKept',
  message:
    'the TOKEN in the configuration is used, and could not be taken out: patch of secrets compass-agent-configuration in namespace compass-system is forbidden',
};
const NOT_REVOKED = {
  type: 'OldCertificateValid',
  message: 'the certificate of the identity before could not be revoked yet, and is tried again',
};
/** A condition says it already. */
const REPEATED = { type: 'Connected', message: 'said twice' };

const OVERDUE: Report = {
  ...HEALTHY,
  identity: {
    notBefore: formatTime(NOW - 14 * HOUR),
    notAfter: formatTime(NOW + 10 * HOUR),
    renewAt: formatTime(NOW - 2 * HOUR),
    fingerprints: { stored: '4f09aa', inUse: '4f09aa' },
  },
  contact: {
    ...HEALTHY.contact,
    connector: {
      time: formatTime(NOW - 60_000),
      latencyMs: 40,
      error: { reason: 'CompassThrottled', message: 'the Connector answered 429', requestId: '1ae04041_99' },
    },
  },
};

const RENEWING: Report = {
  ...HEALTHY,
  steps: [
    { time: formatTime(NOW - 4_000), step: 'key', status: 'ok' },
    { time: formatTime(NOW - 3_000), step: 'sign', status: 'busy' },
  ],
  requests: [{ verb: 'renew', id: '2026-09-11T09:59:55Z/9c1', accepted: formatTime(NOW - 5_000) }],
};

const LEASES = { verb: 'get', resource: 'leases.coordination.k8s.io', namespace: 'compass-system' };
const CONFIG_MAPS = { verb: 'get', resource: 'configmaps', namespace: 'compass-system' };

/** A connection in every state that `status` tells apart. */
export const STATES: Readonly<Record<string, ConnectionFacts>> = {
  healthy: factsOf(HEALTHY, { ...RUNNING, restarts: 1, restartedAt: NOW - 12 * 24 * HOUR }),
  warned: factsOf({ ...HEALTHY, warnings: [REPEATED, TOKEN_KEPT] }),
  'held-and-warned': factsOf({ ...HELD, warnings: [TOKEN_KEPT, NOT_REVOKED] }),
  renewing: factsOf(RENEWING),
  degraded: factsOf(DEGRADED),
  held: factsOf(HELD),
  crowded: factsOf(CROWDED),
  expired: factsOf(EXPIRED),
  rejected: factsOf(REJECTED),
  disconnected: factsOf(DISCONNECTED),
  unreachable: factsOf(UNREACHABLE),
  overdue: factsOf(OVERDUE),
  'listing-failed': factsOf(LISTING_FAILED),
  'labels-failed': factsOf(LABELS_FAILED),
  paired: factsOf(PAIRED),
  'token-refused': factsOf(TOKEN_REFUSED),
  suspended: factsOf(SUSPENDED),
  'not-running': factsOf(HEALTHY, { leaseUntil: NOW - 300_000 }),
  'not-running-and-expired': factsOf(EXPIRED, { leaseUntil: NOW - 300_000 }),
  'not-permitted': { ...factsOf(HEALTHY, {}), notPermitted: [LEASES] },
  'not-permitted-at-all': resourceAlone(agentStatus('Synchronized'), { notPermitted: [CONFIG_MAPS] }),
  'resource-deleted': {
    ...factsOf(HEALTHY),
    isGone: true,
    remarks: ['CompassConnection compass-connection is gone; this is its last report.'],
  },
  nothing: resourceAlone(undefined, { resource: undefined }),
  'without-status': resourceAlone(undefined),
  'sidecar-elsewhere': resourceAlone(agentStatus('Synchronized'), {
    searched: 'nowhere',
    elsewhere: ['compass-system'],
  }),
  'other-agent-synchronized': resourceAlone(agentStatus('Synchronized')),
  'other-agent-connected': resourceAlone(agentStatus('Connected')),
  'other-agent-silent': resourceAlone(agentStatus('Synchronized', { hoursAgo: 50 })),
  'other-agent-connection-failed': resourceAlone(agentStatus('ConnectionFailed')),
  'other-agent-maintenance-failed': resourceAlone(agentStatus('ConnectionMaintenanceFailed')),
  'other-agent-fetch-failed': resourceAlone(agentStatus('SynchronizationFailed', { error: 'Failed to fetch: 503' })),
  'other-agent-apply-failed': resourceAlone(agentStatus('ResourceApplicationFailed', { error: 'a, b: conflict' })),
  'other-agent-labels-failed': resourceAlone(agentStatus('MetadataUpdateFailed', { error: 'no scope' })),
};

import { formatTime } from '#common/clock.ts';
import type { Report, ReportedCondition } from '#common/resources/report.ts';

/** The moment that the samples are about: a Friday. */
export const NOW = Date.parse('2026-09-11T10:00:00Z');

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function ago(ms: number): string {
  return formatTime(NOW - ms);
}

export function condition(
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
): ReportedCondition {
  return { type, status, reason, message, lastTransitionTime: ago(3 * HOUR) };
}

const IN_SYNC = [
  condition('Connected', 'True', 'Connected', 'the client certificate is valid until 2026-09-12T03:00:00Z'),
  condition('Synchronized', 'True', 'Synchronized', '412 Applications in sync'),
  condition('Ready', 'True', 'Ready', 'connected and synchronized'),
];

/** A cluster where all is well. */
export const HEALTHY: Report = {
  schemaVersion: 'v1',
  generation: 7,
  connection: 'compass-connection',
  state: 'Synchronized',
  runtimeId: '1ae04041-17e5-4470-a184-8d4b2a8d8a3e',
  tenant: '3e64ebae-38b5-46a0-b1ed-9ccee153a0ae',
  connectorUrl: 'https://connector.compass.example/connector/graphql',
  directorUrl: 'https://director.compass.example/director/graphql',
  leader: { pod: 'compass-sidecar-7c9f-x2x', version: '0.1.0' },
  conditions: IN_SYNC,
  warnings: [],
  identity: {
    commonName: '1ae04041-17e5-4470-a184-8d4b2a8d8a3e',
    notBefore: ago(7 * HOUR),
    notAfter: ago(-17 * HOUR),
    renewAt: ago(-5 * HOUR),
    fingerprints: { stored: '4f09aa', inUse: '4f09aa' },
  },
  contact: {
    connector: { time: ago(2 * HOUR), latencyMs: 142 },
    director: { time: ago(38 * SECOND), latencyMs: 611, pages: 3, complete: true },
  },
  applications: { listed: 412, present: 412, inSync: 412, failed: 0, held: 0, secrets: 655 },
  failures: [],
  changes: [{ time: ago(3 * HOUR), kind: 'Application', name: 'commerce-cloud', action: 'updated' }],
  revision: 218,
  lastSync: ago(38 * SECOND),
  lastChange: ago(3 * HOUR),
  nextSync: ago(-142 * SECOND),
};

/** One bad Application, and deletions held; the rest goes on. */
export const DEGRADED: Report = {
  ...HEALTHY,
  state: 'ResourceApplicationFailed',
  conditions: [
    condition('Connected', 'True', 'Connected', 'the client certificate is valid until 2026-09-12T03:00:00Z'),
    condition('Synchronized', 'False', 'InvalidName', 'not applied: "SAP S/4 (Prod)" (InvalidName: …)'),
    condition('Ready', 'False', 'InvalidName', 'not applied: "SAP S/4 (Prod)" (InvalidName: …)'),
    condition('DeletionsHeld', 'True', 'DeletionsHeld', '62 deletions are held as plan 5f0c; nothing was deleted'),
  ],
  applications: { listed: 350, present: 411, inSync: 349, failed: 1, held: 62 },
  failures: [
    {
      name: 'SAP S/4 (Prod)',
      id: 'f3a1',
      reason: 'InvalidName',
      message: 'its name cannot be that of a Kubernetes object',
    },
  ],
  held: {
    id: '5f0c',
    count: 62,
    names: ['a', 'b'],
    since: ago(4 * MINUTE),
    budget: 41,
    why: 'more than the budget of 41',
  },
};

/** Thousands of Applications fail, of which the report could name some only. */
export const CROWDED: Report = {
  ...DEGRADED,
  conditions: [
    condition('Connected', 'True', 'Connected', 'the client certificate is valid until 2026-09-12T03:00:00Z'),
    condition('Synchronized', 'False', 'ForeignObject', 'not applied: "application-0…" (ForeignObject: …)'),
    condition('Ready', 'False', 'ForeignObject', 'not applied: "application-0…" (ForeignObject: …)'),
    condition('DeletionsHeld', 'True', 'DeletionsHeld', '62 deletions are held as plan 5f0c; nothing was deleted'),
    condition('ClockSkew', 'True', 'ClockSkew', 'the clock of this node is 4m behind that of the Director'),
    condition('TLSVerificationDisabled', 'True', 'TLSVerificationDisabled', 'Compass is not verified at all'),
    condition('LabelsReported', 'False', 'LabelsFailed', 'setting the label failed: no scope'),
  ],
  applications: { listed: 5_000, present: 5_000, inSync: 1_200, failed: 3_800, held: 0 },
  failures: Array.from({ length: 300 }, (_, i) => ({
    name: `application-${i}-${'long-'.repeat(18)}end`,
    id: `id-${i}`,
    reason: 'ForeignObject',
    message: `an Application of this name is there already and was made by somebody else (owner ${'x'.repeat(200)})`,
  })),
  omitted: { failures: 3_500 },
};

/** The certificate expired while the cluster slept. */
/** Revoked in Compass, or its Runtime deleted: the dates say nothing. */
export const REJECTED: Report = {
  ...HEALTHY,
  state: 'ConnectionFailed',
  conditions: [
    condition('Connected', 'False', 'Rejected', 'the client certificate is refused: the request is unauthenticated'),
    condition('Synchronized', 'Unknown', 'Rejected', 'nothing is synchronized while the connection fails'),
    condition('Ready', 'False', 'Rejected', 'the client certificate is refused: the request is unauthenticated'),
  ],
  contact: {
    connector: {
      time: ago(MINUTE),
      latencyMs: 120,
      error: { reason: 'Rejected', message: 'the client certificate is refused: the request is unauthenticated' },
    },
  },
};

export const EXPIRED: Report = {
  ...HEALTHY,
  state: 'ConnectionFailed',
  conditions: [
    condition('Connected', 'False', 'CertificateExpired', 'the client certificate expired on 2026-09-09T06:00:00Z'),
    condition('Synchronized', 'Unknown', 'CertificateExpired', 'nothing is synchronized while the connection fails'),
    condition('Ready', 'False', 'CertificateExpired', 'the client certificate expired on 2026-09-09T06:00:00Z'),
  ],
  identity: {
    notBefore: ago(3 * DAY + 4 * HOUR),
    notAfter: ago(2 * DAY + 4 * HOUR),
    renewAt: ago(2 * DAY + 16 * HOUR),
  },
  contact: {
    connector: {
      time: ago(MINUTE),
      latencyMs: 120,
      error: {
        reason: 'CertificateExpired',
        message: 'the Connector refused the certificate',
        requestId: '1ae04041_5f',
      },
    },
  },
};

/** The Connector cannot be reached, while the certificate lasts. */
export const UNREACHABLE: Report = {
  ...HEALTHY,
  state: 'ConnectionMaintenanceFailed',
  conditions: [
    condition('Connected', 'False', 'CompassUnreachable', 'cannot reach connector.compass.example: no such host'),
    condition('Synchronized', 'True', 'Synchronized', '412 Applications in sync'),
    condition('Ready', 'False', 'CompassUnreachable', 'cannot reach connector.compass.example: no such host'),
  ],
  contact: {
    connector: {
      time: ago(MINUTE),
      latencyMs: 12,
      error: { reason: 'CompassUnreachable', message: 'cannot reach connector.compass.example: no such host' },
    },
    director: { time: ago(38 * SECOND), latencyMs: 611, pages: 3, complete: true },
  },
};

/** The Director does not answer as it should. */
export const LISTING_FAILED: Report = {
  ...HEALTHY,
  state: 'SynchronizationFailed',
  conditions: [
    condition('Connected', 'True', 'Connected', 'the client certificate is valid'),
    condition('Synchronized', 'False', 'CompassUnavailable', 'the Director answered 503'),
    condition('Ready', 'False', 'CompassUnavailable', 'the Director answered 503'),
  ],
  contact: {
    connector: { time: ago(2 * HOUR), latencyMs: 142 },
    director: {
      time: ago(38 * SECOND),
      latencyMs: 90,
      pages: 1,
      complete: false,
      error: { reason: 'CompassUnavailable', message: 'the Director answered 503', requestId: '1ae04041_77' },
    },
  },
};

/** Everything but the labels of the Runtime is well. */
export const LABELS_FAILED: Report = {
  ...HEALTHY,
  state: 'MetadataUpdateFailed',
  conditions: [...IN_SYNC, condition('LabelsReported', 'False', 'LabelsFailed', 'setting the label failed: no scope')],
};

/** Paired a moment ago: no synchronization has ended yet. */
export const PAIRED: Report = {
  schemaVersion: 'v1',
  connection: 'compass-connection',
  state: 'Connected',
  ...(HEALTHY.runtimeId ? { runtimeId: HEALTHY.runtimeId } : {}),
  leader: { pod: 'compass-sidecar-7c9f-x2x', version: '0.1.0' },
  conditions: [
    condition('Connected', 'True', 'Connected', 'the client certificate is valid'),
    condition('Synchronized', 'Unknown', 'Pending', 'no synchronization has ended yet'),
    condition('Ready', 'False', 'Pending', 'no synchronization has ended yet'),
  ],
  identity: { notBefore: ago(MINUTE), notAfter: ago(-24 * HOUR), renewAt: ago(-12 * HOUR) },
  contact: { connector: { time: ago(20 * SECOND), latencyMs: 300 } },
};

/** Never paired: the token was used up by something else. */
export const TOKEN_REFUSED: Report = {
  schemaVersion: 'v1',
  connection: 'compass-connection',
  state: 'ConnectionFailed',
  leader: { pod: 'compass-sidecar-7c9f-x2x', version: '0.1.0' },
  conditions: [
    condition('Connected', 'False', 'TokenRefused', 'the one-time token is used, expired or unknown'),
    condition('Synchronized', 'Unknown', 'TokenRefused', 'nothing is synchronized while the connection fails'),
    condition('Ready', 'False', 'TokenRefused', 'the one-time token is used, expired or unknown'),
  ],
  contact: {
    connector: {
      time: ago(20 * SECOND),
      latencyMs: 80,
      error: { reason: 'TokenRefused', message: 'the one-time token is used, expired or unknown' },
    },
  },
};

/** Somebody holds synchronization. */
export const SUSPENDED: Report = {
  ...HEALTHY,
  state: 'Connected',
  conditions: [
    condition('Connected', 'True', 'Connected', 'the client certificate is valid'),
    condition('Synchronized', 'False', 'Suspended', 'suspended by eva until 2026-09-11T18:00:00Z: release'),
    condition('Ready', 'False', 'Suspended', 'suspended by eva until 2026-09-11T18:00:00Z: release'),
  ],
  suspended: { scope: 'sync', by: 'eva', until: '2026-09-11T18:00:00Z', reason: 'release' },
};

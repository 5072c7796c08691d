/** Series as promtool takes them: what is measured, and its values, one a minute (`0+60x10` is 0, 60, … 600). */
export type Series = Readonly<Record<string, string>>;

/** What brings an alert about, and when it is raised. */
export interface Scenario {
  readonly alert: string;
  /** What differs from the healthy world; an empty text takes a series away. */
  readonly series: Series;
  /** By when it is raised: after it has lasted for as long as the rule says, and a little more. */
  readonly at: string;
  /** Its labels beside `severity`. */
  readonly labels: Readonly<Record<string, string>>;
}

/** More than a day. */
const MINUTES = 1_500;
const NINETY_DAYS_S = 90 * 86_400;

const constant = (value: number) => `${value}x${MINUTES}`;
const rising = (perMinute: number) => `0+${perMinute}x${MINUTES}`;

const A = 'namespace="compass-system", pod="compass-sidecar-a", job="compass", instance="10.0.0.1:8090"';
const B = 'namespace="compass-system", pod="compass-sidecar-b", job="compass", instance="10.0.0.2:8090"';
const READER = 'namespace="shop", pod="checkout-0", job="readers", instance="10.0.0.3:8090"';

const OWN = { namespace: 'compass-system' };
const LEADER = { ...OWN, pod: 'compass-sidecar-a' };
const WORKLOAD = { namespace: 'shop', pod: 'checkout-0' };

const WARNINGS = ['ClockSkew', 'DefinitionMissing', 'ConnectionForbidden', 'ForeignAgent', 'RenewalOverdue'];

/** What one replica says while all is well. */
function healthy(target: string): Series {
  const gauges: Readonly<Record<string, number>> = {
    [`compass_condition{${target}, type="Connected", status="True", reason="Connected"}`]: 1,
    [`compass_connection_state{${target}, state="Synchronized"}`]: 1,
    [`compass_connection_state{${target}, state="SynchronizationFailed"}`]: 0,
    [`compass_connection_state{${target}, state="MetadataUpdateFailed"}`]: 0,
    [`compass_certificate_not_before_timestamp_seconds{${target}}`]: 0,
    [`compass_certificate_not_after_timestamp_seconds{${target}}`]: NINETY_DAYS_S,
    [`compass_certificate_renew_at_timestamp_seconds{${target}}`]: NINETY_DAYS_S / 2,
    [`compass_applications{${target}, result="failed"}`]: 0,
    [`compass_deletions_held{${target}}`]: 0,
    [`compass_suspended{${target}, scope="sync"}`]: 0,
    [`compass_suspended{${target}, scope="deletes"}`]: 0,
    [`compass_tls_verification_disabled{${target}}`]: 0,
    ...Object.fromEntries(WARNINGS.map((type) => [`compass_warning{${target}, type="${type}"}`, 0])),
    [`compass_sidecar_info{${target}, version="0.1.0"}`]: 1,
    [`compass_sidecar_event_loop_lag_seconds{${target}}`]: 0,
    [`process_start_time_seconds{${target}}`]: 0,
    [`compass_requests_total{${target}, target="director", code="0", outcome="CompassUnreachable"}`]: 0,
    [`compass_requests_total{${target}, target="kubernetes", code="500", outcome="error"}`]: 0,
  };
  return {
    ...Object.fromEntries(Object.entries(gauges).map(([name, value]) => [name, constant(value)])),
    [`compass_last_success_timestamp_seconds{${target}, phase="fetch"}`]: rising(60),
    [`compass_requests_total{${target}, target="director", code="200", outcome="ok"}`]: rising(1),
    [`compass_requests_total{${target}, target="kubernetes", code="200", outcome="ok"}`]: rising(10),
  };
}

/** What a replica goes on saying that led once, and does not any more. */
const LED_ONCE: Series = {
  [`compass_condition{${B}, type="Connected", status="False", reason="TokenRequired"}`]: constant(1),
  [`compass_condition{${B}, type="Connected", status="False", reason="CompassUnreachable"}`]: constant(1),
  [`compass_condition{${B}, type="StoreForbidden", status="True", reason="StoreForbidden"}`]: constant(1),
  [`compass_connection_state{${B}, state="SynchronizationFailed"}`]: constant(1),
  [`compass_connection_state{${B}, state="MetadataUpdateFailed"}`]: constant(1),
  [`compass_certificate_not_before_timestamp_seconds{${B}}`]: constant(0),
  [`compass_certificate_not_after_timestamp_seconds{${B}}`]: constant(60),
  [`compass_certificate_renew_at_timestamp_seconds{${B}}`]: constant(30),
  [`compass_applications{${B}, result="failed"}`]: constant(3),
  [`compass_deletions_held{${B}}`]: constant(3),
  [`compass_suspended{${B}, scope="sync"}`]: constant(1),
  [`compass_tls_verification_disabled{${B}}`]: constant(1),
  ...Object.fromEntries(WARNINGS.map((type) => [`compass_warning{${B}, type="${type}"}`, constant(1)])),
};

/** A connection that stands, kept by one of two replicas, with a reader beside a workload: no alert is due. */
export const HEALTHY_WORLD: Series = {
  ...healthy(A),
  ...LED_ONCE,
  [`compass_leader{${A}}`]: constant(1),
  [`compass_leader{${B}}`]: constant(0),
  [`compass_neighbours_problem{${READER}, type="secret"}`]: constant(0),
  [`compass_neighbours_certificate_not_after_timestamp_seconds{${READER}}`]: constant(NINETY_DAYS_S),
};

function connectedFor(reason: string): Series {
  return {
    [`compass_condition{${A}, type="Connected", status="True", reason="Connected"}`]: '',
    [`compass_condition{${A}, type="Connected", status="False", reason="${reason}"}`]: constant(1),
  };
}

/** One of each alert at least. */
export const SCENARIOS: readonly Scenario[] = [
  { alert: 'CompassTokenRequired', series: connectedFor('Rejected'), at: '6m', labels: OWN },
  { alert: 'CompassNotConnected', series: connectedFor('CompassUnreachable'), at: '16m', labels: OWN },
  {
    alert: 'CompassForeignAgent',
    series: { [`compass_warning{${A}, type="ForeignAgent"}`]: constant(1) },
    at: '16m',
    labels: OWN,
  },
  {
    alert: 'CompassTlsVerificationDisabled',
    series: { [`compass_tls_verification_disabled{${A}}`]: constant(1) },
    at: '61m',
    labels: OWN,
  },
  {
    alert: 'CompassWarning',
    series: { [`compass_warning{${A}, type="ClockSkew"}`]: constant(1) },
    at: '61m',
    labels: { ...OWN, type: 'ClockSkew' },
  },
  {
    alert: 'CompassRenewalFailing',
    series: { [`compass_warning{${A}, type="RenewalOverdue"}`]: constant(1) },
    at: '31m',
    labels: OWN,
  },
  {
    alert: 'CompassCertificateExpiresSoon',
    // ten hours, of which less than two are left after eight
    series: {
      [`compass_certificate_not_after_timestamp_seconds{${A}}`]: constant(36_000),
      [`compass_certificate_renew_at_timestamp_seconds{${A}}`]: constant(18_000),
    },
    at: '486m',
    labels: OWN,
  },
  {
    alert: 'CompassCredentialsCannotBeStored',
    series: { [`compass_condition{${A}, type="StoreForbidden", status="True", reason="StoreForbidden"}`]: constant(1) },
    at: '11m',
    labels: OWN,
  },
  {
    alert: 'CompassSyncFailing',
    series: { [`compass_connection_state{${A}, state="SynchronizationFailed"}`]: constant(1) },
    at: '31m',
    labels: OWN,
  },
  {
    alert: 'CompassSyncStale',
    series: { [`compass_last_success_timestamp_seconds{${A}, phase="fetch"}`]: constant(0) },
    at: '67m',
    labels: OWN,
  },
  {
    alert: 'CompassApplicationsFailed',
    series: { [`compass_applications{${A}, result="failed"}`]: constant(2) },
    at: '31m',
    labels: OWN,
  },
  { alert: 'CompassDeletionsHeld', series: { [`compass_deletions_held{${A}}`]: constant(12) }, at: '1m', labels: OWN },
  {
    alert: 'CompassSuspendedLong',
    series: { [`compass_suspended{${A}, scope="deletes"}`]: constant(1) },
    at: '1441m',
    labels: { ...OWN, scope: 'deletes' },
  },
  {
    alert: 'CompassLabelsFailing',
    series: { [`compass_connection_state{${A}, state="MetadataUpdateFailed"}`]: constant(1) },
    at: '61m',
    labels: OWN,
  },
  {
    alert: 'CompassSidecarAbsent',
    series: { [`compass_leader{${A}}`]: '', [`compass_leader{${B}}`]: '' },
    at: '11m',
    labels: {},
  },
  { alert: 'CompassNoLeader', series: { [`compass_leader{${A}}`]: constant(0) }, at: '11m', labels: OWN },
  { alert: 'CompassSeveralLeaders', series: { [`compass_leader{${B}}`]: constant(1) }, at: '6m', labels: OWN },
  {
    alert: 'CompassSidecarRestarts',
    series: { [`process_start_time_seconds{${A}}`]: `0 60 120 180x${MINUTES}` },
    at: '5m',
    labels: LEADER,
  },
  {
    alert: 'CompassSidecarSlow',
    series: { [`compass_sidecar_event_loop_lag_seconds{${A}}`]: constant(6) },
    at: '6m',
    labels: LEADER,
  },
  {
    alert: 'CompassCallsFailing',
    series: {
      [`compass_requests_total{${A}, target="director", code="0", outcome="CompassUnreachable"}`]: rising(2),
    },
    at: '20m',
    labels: OWN,
  },
  {
    alert: 'CompassClusterCallsFailing',
    series: { [`compass_requests_total{${A}, target="kubernetes", code="500", outcome="error"}`]: rising(2) },
    at: '20m',
    labels: OWN,
  },
  {
    alert: 'CompassNeighbourProblem',
    series: { [`compass_neighbours_problem{${READER}, type="secret"}`]: constant(1) },
    at: '16m',
    labels: { ...WORKLOAD, type: 'secret' },
  },
  {
    alert: 'CompassNeighbourFilesStale',
    series: {
      [`compass_neighbours_certificate_not_after_timestamp_seconds{${READER}}`]: constant(NINETY_DAYS_S - 86_400),
    },
    at: '16m',
    labels: { ...WORKLOAD, job: 'readers', instance: '10.0.0.3:8090' },
  },
  {
    alert: 'CompassNeighbourCertificateEnds',
    series: { [`compass_neighbours_certificate_not_after_timestamp_seconds{${READER}}`]: constant(4_000) },
    at: '13m',
    labels: { ...WORKLOAD, job: 'readers', instance: '10.0.0.3:8090' },
  },
];

/** What must not be taken for trouble, beside the healthy world itself. */
export const NO_TROUBLE: readonly { readonly why: string; readonly alert: string; readonly series: Series }[] = [
  { why: 'somebody disconnected', alert: 'CompassNotConnected', series: connectedFor('Disconnected') },
  { why: 'somebody disconnected', alert: 'CompassTokenRequired', series: connectedFor('Disconnected') },
  {
    why: 'synchronization is suspended',
    alert: 'CompassSyncStale',
    series: {
      [`compass_last_success_timestamp_seconds{${A}, phase="fetch"}`]: constant(0),
      [`compass_suspended{${A}, scope="sync"}`]: constant(1),
    },
  },
  {
    why: 'a certificate that is to be renewed late has not come to that',
    alert: 'CompassCertificateExpiresSoon',
    series: {
      [`compass_certificate_not_after_timestamp_seconds{${A}}`]: constant(36_000),
      [`compass_certificate_renew_at_timestamp_seconds{${A}}`]: constant(35_000),
    },
  },
];

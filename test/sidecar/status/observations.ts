import type { CompassError } from '#common/errors.ts';
import type { SyncOutcome } from '#common/sync/outcome.ts';
import type { Observation } from '../../../sidecar/status/observation.ts';

/** A moment for tests: 2026-03-01T12:00:00Z. */
export const NOON = Date.UTC(2026, 2, 1, 12);

const DAY_MS = 86_400_000;

/** A synchronization in which everything went well. */
export function outcome(changes: Partial<SyncOutcome> = {}): SyncOutcome {
  return {
    fetch: { ok: true, pages: 1, listed: 2, complete: true, latencyMs: 12 },
    present: 2,
    failed: [],
    created: [],
    updated: [],
    deleted: [],
    deletedSecrets: 0,
    kept: {},
    unchanged: 2,
    inSync: 2,
    secrets: 1,
    changes: [],
    stopped: false,
    durationMs: 1_500,
    writes: 0,
    writeLimit: 8,
    ...changes,
  };
}

/** A synchronization that got nothing from the Director. */
export function fetchFailed(error: CompassError): SyncOutcome {
  return outcome({ fetch: { ok: false, error, pages: 0, listed: 0, complete: false, latencyMs: 5 } });
}

/** A pass of a connection that works, and of which nothing is known beyond that. */
export function connected(changes: Partial<Observation> = {}): Observation {
  return {
    now: NOON,
    connection: { step: 'maintain', attempted: true, ok: true },
    credential: {
      fingerprint: 'ab'.repeat(32),
      notBefore: NOON - DAY_MS,
      notAfter: NOON + 89 * DAY_MS,
      renewAt: NOON + 44 * DAY_MS,
    },
    warnings: [],
    requests: [],
    leader: { isLeader: true, pod: 'compass-sidecar-0', version: '0.1.0' },
    ...changes,
  };
}

/** A pass without a credential, in which pairing failed. */
export function unpaired(error: CompassError, attempted = true): Observation {
  return {
    now: NOON,
    connection: { step: 'establish', attempted, ok: false, error },
    warnings: [],
    requests: [],
    leader: { isLeader: true, pod: 'compass-sidecar-0', version: '0.1.0' },
  };
}

/** A pass that synchronized. */
export function synchronized(changes: Partial<SyncOutcome> = {}, rest: Partial<Observation> = {}): Observation {
  return connected({ sync: { attempted: true, outcome: outcome(changes) }, ...rest });
}

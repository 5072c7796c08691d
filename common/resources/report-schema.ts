import type { Schema } from './conform.ts';
import { count, list, object, text, time } from './schema.ts';

const error = object({ reason: text, message: text }, { requestId: text });
const contact = object(
  { time, latencyMs: { type: 'number' } },
  { error, pages: count, complete: { type: 'boolean' }, incompleteBecause: text },
);
const identity = object(
  { notBefore: time, notAfter: time, renewAt: time },
  { commonName: text, acquired: time, fingerprints: object({ stored: text, inUse: text }) },
);
const condition = object(
  { type: text, status: text },
  { reason: text, message: text, observedGeneration: count, lastTransitionTime: time },
);
const checkResult = object(
  { category: text, name: text, status: text },
  { reason: text, message: text, cause: text, facts: { type: 'object', additionalProperties: text } },
);
const request = object(
  { verb: text, id: text, accepted: time },
  {
    by: text,
    finished: time,
    result: text,
    reason: text,
    message: text,
    requestId: { ...text, description: 'the x-request-id of the call of Compass that failed' },
    counts: { type: 'object', additionalProperties: count },
    revision: count,
  },
);
const revision = object(
  { revision: count, time, why: text, created: count, updated: count, deleted: count },
  { request: text, by: text, plan: text, approvedBy: text, secretsDeleted: count },
);
const step = object({ time, step: text, status: text }, { message: text });
const secretName = object({ namespace: text, name: text });

/** JSON Schema (draft 2020-12) of the report, v1: additive changes only. Objects of lists are kept whole or not at all. */
export const REPORT_SCHEMA: Schema & { readonly $schema: string; readonly title: string } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Report of a compass-sidecar, v1',
  ...object(
    { schemaVersion: text },
    {
      generation: count,
      writtenAt: time,
      connection: text,
      observedGeneration: count,
      state: text,
      runtimeId: text,
      tenant: text,
      connectorUrl: text,
      directorUrl: text,
      leader: object({}, { pod: text, version: text }),
      conditions: list(condition),
      warnings: list(object({ type: text, message: text })),
      identity,
      contact: object({}, { connector: contact, director: contact }),
      applications: object(
        { listed: count, present: count, inSync: count, failed: count, held: count },
        { secrets: count },
      ),
      failures: list(object({ name: text, id: text, reason: text, message: text })),
      held: object(
        { id: text, count, names: list(text) },
        { since: time, budget: count, why: text, goesAt: time, decision: text },
      ),
      decision: object({ plan: text, verdict: text }, { at: time, by: text }),
      suspended: object({ scope: text }, { until: text, reason: text, by: text, since: time, waiting: count }),
      check: object({ time, results: list(checkResult) }, { id: text }),
      requests: list(request),
      changes: list(
        object({ time, kind: text, name: text, action: text }, { cause: text, application: text, revision: count }),
      ),
      revisions: list(revision),
      steps: list(step),
      token: text,
      places: object({ configuration: secretName, client: secretName, ca: secretName, integrationNamespace: text }),
      secretsUnpublished: text,
      revision: count,
      lastSync: time,
      lastChange: time,
      nextSync: time,
      omitted: { type: 'object', additionalProperties: count },
    },
  ),
};

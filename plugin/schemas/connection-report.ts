import { REPORT_SCHEMA } from '#common/resources/report-schema.ts';
import { count, flag, list, number, object, text, time } from '#common/resources/schema.ts';
import { documentSchema, notPermitted } from './document.ts';

const level = { ...text, description: 'ok, warning, error, busy, or none where nothing can be said' };
const fault = object({ message: text }, { reason: text, requestId: text, next: text });
const contact = { time, latencyMs: number, error: fault };
const remediation = object({ text }, { command: list(text) });
const failure = object({ name: text, reason: text, message: text }, { id: text });

/** What is in the sidecar's report as it is here. */
function reported(name: string) {
  return REPORT_SCHEMA.properties?.[name] ?? {};
}

/** What `status -o json` prints, v1: additive changes only. */
export const CONNECTION_REPORT_SCHEMA = documentSchema(
  'How a connection to Compass stands, v1',
  {
    connection: object(
      { name: text },
      { state: text, runtimeId: text, tenant: text, connectorUrl: text, directorUrl: text },
    ),
    source: { ...text, description: 'report, resource, or nothing: where the facts come from' },
    identity: object(
      { status: level },
      {
        commonName: text,
        notBefore: time,
        notAfter: time,
        renewAt: time,
        remainingSeconds: count,
        lifetimeFractionLeft: number,
        sources: object({}, { stored: text, inUse: text }),
      },
    ),
    connector: object({ status: level }, contact),
    director: object({ status: level }, { ...contact, pages: count, complete: flag, incompleteBecause: text }),
    sync: object(
      { status: level },
      {
        listed: count,
        present: count,
        inSync: count,
        secrets: count,
        failed: count,
        failures: list(failure),
        held: object({ id: text, count }, { budget: count, why: text, since: time, goesAt: time, decision: text }),
        /** All of it in one line; `suspension` has the parts. */
        suspended: text,
        suspension: object({ scope: text }, { until: time, reason: text, by: text, since: time, waiting: count }),
        lastAt: time,
        lastChangeAt: time,
        nextAt: time,
        revision: count,
      },
    ),
    agent: object({ status: level }, { version: text, leader: text, restarts: count }),
    outage: object({ status: level }, { survivesSeconds: count }),
    conditions: reported('conditions'),
    warnings: reported('warnings'),
    findings: list(
      object({ severity: text, message: text, remediation: list(remediation) }, { code: text, reason: text }),
    ),
    notPermitted: list(notPermitted),
    remarks: list(text),
    requests: reported('requests'),
    changes: reported('changes'),
    omitted: reported('omitted'),
  },
  { namespace: text },
);

import { notPermittedList } from '../connection/right.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { secretPart } from '../tree/document.ts';
import type { Traced } from './asked.ts';
import type { Trace, TraceFacts } from './facts.ts';

export const TRACE_KIND = 'Trace';

/** What `trace -o json` prints: see schemas/trace.ts. Additive changes only. */
export function traceDocument(
  { connection, traces, notPermitted }: TraceFacts,
  asked: Traced,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  const report = connection.found?.report;
  return {
    ...documentHead(TRACE_KIND, { status: 'Traced', exitCode: 0 }, now),
    asked,
    connection: {
      name: connection.name,
      namespace: connection.namespace,
      state: report?.state ?? connection.resource?.status?.connectionState,
      runtimeId: report?.runtimeId,
      tenant: report?.tenant,
    },
    traces: traces.map(tracePart),
    notPermitted: notPermittedList(notPermitted),
  };
}

function tracePart({ url, secrets, purpose, apis, bundle, application, change }: Trace): object {
  return {
    ...(url ? { url } : {}),
    secrets: secrets.map((secret) => secretPart(secret, secret.facts, secret.namespace)),
    ...(purpose ? { purpose } : {}),
    apis,
    ...(bundle ? { bundle } : {}),
    ...(application ? { application: applicationPart(application) } : {}),
    ...(change ? { lastChange: change } : {}),
  };
}

function applicationPart(application: NonNullable<Trace['application']>): object {
  const { name, id, inCluster, connection, readiness } = application;
  const { ready, reason, message } = readiness;
  return {
    name,
    ...(id ? { id } : {}),
    inCluster,
    ...(connection ? { connection } : {}),
    status: { ready, ...(reason ? { reason } : {}), ...(message ? { message } : {}) },
  };
}

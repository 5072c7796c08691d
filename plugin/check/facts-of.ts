import type { FoundConnection } from '../connection/find.ts';
import type { ConnectionFacts } from '../status/facts.ts';
import { factsFromReport } from '../status/from-report.ts';
import { factsFromResource } from '../status/from-resource.ts';

/** What is known of a connection: the sidecar's report, else what the CompassConnection says. */
export function factsOf({ name, namespace, resource, found }: FoundConnection): ConnectionFacts {
  if (found?.report) return factsFromReport(found.report, name, namespace);
  return resource ? factsFromResource(resource) : factsFromReport({ schemaVersion: '' }, name, namespace);
}

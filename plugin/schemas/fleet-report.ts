import type { Schema } from '#common/resources/conform.ts';
import { count, list, object, text } from '#common/resources/schema.ts';
import { CONNECTION_REPORT_SCHEMA } from './connection-report.ts';
import { documentSchema } from './document.ts';

/** Fields that are as in the document of `status`; all of them are absent where a cluster gave no answer. */
const ofStatus: Readonly<Record<string, Schema>> = Object.fromEntries(
  [
    'connection',
    'source',
    'namespace',
    'identity',
    'connector',
    'director',
    'sync',
    'agent',
    'outage',
    'findings',
    'notPermitted',
    'remarks',
    'error',
    'remediation',
  ].map((name) => [name, CONNECTION_REPORT_SCHEMA.properties?.[name] ?? {}]),
);

const own = {
  context: text,
  state: {
    ...text,
    description:
      'the verdict of status, or Unreachable, LoginFailed, NotPermitted, Misconfigured, NotInstalled where there is none',
  },
};

/** What `fleet status -o json` prints, v1: additive changes only. */
export const FLEET_REPORT_SCHEMA = documentSchema('How the connections of several clusters stand, v1', {
  counts: object({
    contexts: count,
    connections: count,
    healthy: count,
    unhealthy: count,
    unreachable: count,
    notInstalled: count,
  }),
  items: list(object(own, ofStatus)),
});

/** What each line of `fleet status -o ndjson` is, v1: additive changes only. */
export const FLEET_MEMBER_SCHEMA = documentSchema('How one connection of a fleet stands, v1', own, ofStatus);

import { asObject, asString, at, type JsonObject } from '../json.ts';
import { integer, object, string, time } from '../schema/schema.ts';
import { age, column, memberColumn, nameColumn } from './columns.ts';
import { objectReference } from './core.ts';
import { defineKind } from './define.ts';

export const eventKind = defineKind({
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  properties: {
    involvedObject: objectReference,
    reason: string,
    message: string,
    source: object({ component: string, host: string }),
    firstTimestamp: time,
    lastTimestamp: time,
    count: integer,
    type: string,
    eventTime: time,
    series: object({ count: integer, lastObservedTime: time, state: string }),
    action: string,
    related: objectReference,
    reportingComponent: string,
    reportingInstance: string,
  },
  empty: {
    involvedObject: {},
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: null,
    reportingComponent: '',
    reportingInstance: '',
  },
  createsOnUpdate: true,
  allColumns: [
    column('Last Seen', (event, now) => age(lastSeen(event), now)),
    memberColumn('Type', 'type'),
    memberColumn('Reason', 'reason'),
    column('Object', (event) => objectOf(event)),
    column('Subobject', (event) => asString(at(event, 'involvedObject', 'fieldPath')), 'string', 1),
    column('Source', (event) => sourceOf(event), 'string', 1),
    column('Message', (event) => asString(event['message']).trim()),
    column(
      'First Seen',
      (event, now) => age(asString(event['firstTimestamp']) || asString(event['eventTime']), now),
      'string',
      1,
    ),
    column('Count', (event) => event['count'] ?? 1, 'string', 1),
    { ...nameColumn, priority: 1 },
  ],
  validate: (event) => {
    const involved = asString(at(event, 'involvedObject', 'namespace')) || 'default';
    if (event.metadata.namespace === involved) return [];
    return [
      {
        reason: 'FieldValueInvalid',
        message: `Invalid value: "${asString(at(event, 'involvedObject', 'namespace'))}": does not match event.namespace`,
        field: 'involvedObject.namespace',
      },
    ];
  },
});

function objectOf(event: JsonObject): string {
  const kind = asString(at(event, 'involvedObject', 'kind')).toLowerCase();
  const name = asString(at(event, 'involvedObject', 'name'));
  return name === '' ? kind : `${kind}/${name}`;
}

function sourceOf(event: JsonObject): string {
  const source = asObject(event['source']);
  const component = asString(source['component']) || asString(event['reportingComponent']);
  const host = asString(source['host']) || asString(event['reportingInstance']);
  return host === '' ? component : `${component}, ${host}`;
}

function lastSeen(event: JsonObject): string {
  return (
    asString(at(event, 'series', 'lastObservedTime')) ||
    asString(event['lastTimestamp']) ||
    asString(event['eventTime'])
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { conform, type Schema } from '#common/resources/conform.ts';
import { renderReport } from '#common/resources/render-report.ts';
import { REPORT_LIMIT_BYTES, type Report, readReport } from '#common/resources/report.ts';
import { REPORT_SCHEMA } from '#common/resources/report-schema.ts';

const TIME = '2026-03-01T12:00:00Z';

/** A report that says everything a report can say. */
const FULL: Required<Report> = {
  schemaVersion: 'v1',
  generation: 7,
  writtenAt: TIME,
  connection: 'compass-connection',
  observedGeneration: 3,
  state: 'Synchronized',
  runtimeId: 'runtime-1',
  tenant: 'tenant-1',
  connectorUrl: 'https://connector.example.com',
  directorUrl: 'https://director.example.com',
  leader: { pod: 'compass-sidecar-0', version: '0.1.0' },
  conditions: [
    { type: 'Ready', status: 'True', reason: 'Ready', message: '', observedGeneration: 3, lastTransitionTime: TIME },
  ],
  warnings: [{ type: 'ClockSkew', message: 'six minutes' }],
  identity: {
    commonName: 'client-1',
    acquired: TIME,
    notBefore: TIME,
    notAfter: TIME,
    renewAt: TIME,
    fingerprints: { stored: 'aa', inUse: 'aa' },
  },
  contact: {
    connector: { time: TIME, latencyMs: 142, error: { reason: 'CompassTimeout', message: 'slow', requestId: 'r_1' } },
    director: { time: TIME, latencyMs: 611, pages: 3, complete: false, incompleteBecause: 'totalCount changed' },
  },
  applications: { listed: 412, present: 411, inSync: 410, failed: 2, held: 62, secrets: 655 },
  failures: [{ name: 'SAP S/4', id: '1', reason: 'InvalidName', message: 'no name' }],
  held: { id: 'plan-1', count: 62, names: ['a', 'b'], since: TIME, budget: 41, why: 'more than the budget' },
  decision: { plan: 'plan-0', verdict: 'approved', at: TIME, by: 'anna' },
  suspended: { scope: 'deletes', until: TIME, reason: 'move', by: 'anna', since: TIME, waiting: 2 },
  check: {
    time: TIME,
    id: 'id-2',
    results: [
      { category: 'identity', name: 'key', status: 'ok', reason: 'Rejected', message: 'm', facts: { tls: 'TLSv1.3' } },
    ],
  },
  requests: [
    {
      verb: 'sync',
      id: 'id-1',
      by: 'eva',
      accepted: TIME,
      finished: TIME,
      result: 'failed',
      reason: 'ApplicationFailed',
      message: 'm',
      counts: { created: 1 },
      revision: 218,
    },
  ],
  changes: [
    { time: TIME, kind: 'Secret', name: 'a-1', action: 'created', cause: 'listed', application: 'a', revision: 218 },
  ],
  revisions: [
    {
      revision: 218,
      time: TIME,
      why: 'request',
      request: 'id-1',
      by: 'eva',
      plan: 'plan-0',
      approvedBy: 'anna',
      created: 1,
      updated: 0,
      deleted: 2,
      secretsDeleted: 3,
    },
  ],
  steps: [{ time: TIME, step: 'sign', status: 'ok', message: 'valid 24h' }],
  token: 'used',
  places: {
    configuration: { namespace: 'compass-system', name: 'compass-agent-configuration' },
    client: { namespace: 'compass-system', name: 'cluster-client-certificates' },
    ca: { namespace: 'istio-system', name: 'ca-certificates' },
    integrationNamespace: 'kyma-system',
  },
  secretsUnpublished: 'cannot patch configmaps',
  revision: 218,
  lastSync: TIME,
  lastChange: TIME,
  nextSync: TIME,
  omitted: { failures: 3 },
};

test('the schema describes everything that a report can say', () => {
  assert.deepEqual(readReport(renderReport(FULL)), FULL);
});

test('G6: fields that a reader does not know, or that have another form, are ignored, and the rest is read', () => {
  const newer = {
    ...FULL,
    schemaVersion: 'v1.7',
    novelty: { any: 'thing' },
    revision: 'many',
    identity: { notBefore: TIME },
    failures: [{ name: 'a', id: '1', reason: 'New', message: 'm', severity: 3 }, 'text', { name: 'no id' }],
    contact: null,
  };
  const { revision: _revision, identity: _identity, contact: _contact, ...rest } = FULL;
  assert.deepEqual(readReport(JSON.stringify(newer)), {
    ...rest,
    schemaVersion: 'v1.7',
    failures: [{ name: 'a', id: '1', reason: 'New', message: 'm' }],
  });
});

test('what is no report is undefined, and no text makes reading throw', () => {
  for (const text of [undefined, '', '{', 'null', '[]', '"v1"', '{}', '{"schemaVersion":1}']) {
    assert.equal(readReport(text), undefined, String(text));
  }
  fc.assert(
    fc.property(fc.json(), (text) => {
      readReport(text);
    }),
  );
});

test('a report of thousands of failures is cut to 256 KiB, keeps the head of each list and says what it left out', () => {
  const failures = Array.from({ length: 5_000 }, (_, index) => ({
    name: `Ä ${index}`,
    id: `${index}`,
    reason: 'InvalidName',
    message: 'x'.repeat(1_000),
  }));
  const names = Array.from({ length: 20_000 }, (_, index) => `application-${index}`);
  const text = renderReport({ ...FULL, failures, held: { ...FULL.held, names } });
  assert.ok(Buffer.byteLength(text) <= REPORT_LIMIT_BYTES, String(Buffer.byteLength(text)));
  const report = readReport(text);
  assert.equal(report?.failures?.[0]?.name, 'Ä 0');
  assert.equal((report?.failures?.length ?? 0) + (report?.omitted?.['failures'] ?? 0), 5_000);
  assert.equal((report?.held?.names.length ?? 0) + (report?.omitted?.['held'] ?? 0), 20_000);
  assert.deepEqual(report?.changes, FULL.changes, 'what is small stays whole');
});

test('conforming twice is conforming once, and what conforms is of the schema', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = conform(REPORT_SCHEMA, { ...FULL, held: value, check: value, conditions: [value], omitted: value });
      assert.deepEqual(conform(REPORT_SCHEMA, once), once);
    }),
  );
});

test('an object keeps what is described, and goes whole where something required is missing', () => {
  const schema: Schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'integer' }, b: { type: 'array', items: { type: 'boolean' } } },
  };
  assert.deepEqual(conform(schema, { a: 1, b: [true, 'no', false], c: 1 }), { a: 1, b: [true, false] });
  assert.equal(conform(schema, { a: 1.5 }), undefined);
  assert.equal(conform(schema, { b: [] }), undefined);
  assert.equal(conform(schema, []), undefined);
});

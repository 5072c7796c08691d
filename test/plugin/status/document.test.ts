import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { CONNECTION_REPORT_SCHEMA } from '../../../plugin/schemas/connection-report.ts';
import { statusDocument } from '../../../plugin/status/document.ts';
import { type FailOn, judgedBy } from '../../../plugin/status/fail-on.ts';
import { judge } from '../../../plugin/status/judge.ts';
import { NOW } from '../sample-reports.ts';
import { STATES } from './states.ts';

describe('the document of a connection', () => {
  for (const [state, facts] of Object.entries(STATES)) {
    test(`that is ${state} has no field that its schema lacks, and names the failure where there is one`, () => {
      const document = JSON.parse(JSON.stringify(statusDocument(facts, judge(facts, NOW), NOW)));
      assert.deepEqual(conform(CONNECTION_REPORT_SCHEMA, document), document);
      const { verdict, error, remediation } = document;
      assert.equal(verdict.exitCode === 0, error === undefined);
      if (verdict.exitCode !== 0) {
        assert.match(error.code, /^CMP\d{4}$/);
        assert.ok(remediation.length > 0);
      }
    });
  }
});

describe('--fail-on', () => {
  const cases: readonly (readonly [state: string, byDefault: number, codes: readonly [FailOn, number][]])[] = [
    [
      'healthy',
      0,
      [
        ['error', 0],
        ['warning', 0],
        ['none', 0],
      ],
    ],
    [
      'paired',
      1,
      [
        ['error', 0],
        ['warning', 0],
        ['none', 0],
      ],
    ],
    [
      'suspended',
      1,
      [
        ['error', 0],
        ['warning', 1],
        ['none', 0],
      ],
    ],
    [
      'held',
      1,
      [
        ['error', 0],
        ['warning', 1],
        ['none', 0],
      ],
    ],
    [
      'expired',
      1,
      [
        ['error', 1],
        ['warning', 1],
        ['none', 0],
      ],
    ],
    [
      'degraded',
      1,
      [
        ['error', 1],
        ['warning', 1],
        ['none', 0],
      ],
    ],
  ];
  for (const [state, byDefault, codes] of cases) {
    test(`says for one that is ${state} what makes a failure`, () => {
      const facts = STATES[state];
      assert.ok(facts);
      const judgement = judge(facts, NOW);
      assert.equal(judgedBy(undefined, judgement).exitCode, byDefault);
      for (const [failOn, code] of codes) assert.equal(judgedBy(failOn, judgement).exitCode, code, failOn);
    });
  }
});

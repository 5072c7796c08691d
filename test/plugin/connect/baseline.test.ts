import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Report, ReportedStep } from '#common/resources/report.ts';
import { baselineOf, isNewlyPaired, stepsSince, troubleSince } from '../../../plugin/connect/baseline.ts';
import { condition, HEALTHY } from '../sample-reports.ts';
import { WAITING } from './stage.ts';

function failing(reason: string, message: string, steps: readonly ReportedStep[] = []): Report {
  return { ...WAITING, steps, conditions: [condition('Connected', 'False', reason, message)] };
}

function failedAt(time: string, message: string): ReportedStep {
  return { time, step: 'configuration', status: 'error', message };
}

const [EARLIER, NOW] = ['2026-09-11T09:00:00Z', '2026-09-11T10:00:00Z'];
const OLD = failing('TokenRefused', 'configuration: refused', [failedAt(EARLIER, 'configuration: refused')]);

describe('what keeps a pairing from coming about', () => {
  const cases: readonly [what: string, before: Report | undefined, now: Report, expected: string | undefined][] = [
    ['is not what was said before', OLD, OLD, undefined],
    ['is what a new step failed with, though the words are the same', OLD, again(NOW), 'TokenRefused'],
    ['is not said of a token that was not tried yet', WAITING, failing('TokenRequired', 'used'), undefined],
    ['is not that there was no configuration a moment ago', undefined, WAITING, undefined],
    ['is whatever comes before the first step', WAITING, failing('ForeignObject', 'not ours'), 'ForeignObject'],
    ['waits for the end of the pass in which a step failed', WAITING, stepOnly(), undefined],
    ['may leave the present connection as it is', HEALTHY, pending(), 'TokenRefused'],
    ['is nothing where all is well', HEALTHY, HEALTHY, undefined],
  ];
  for (const [what, before, now, expected] of cases) {
    test(what, () => assert.equal(troubleSince(now, baselineOf(before))?.reason, expected));
  }

  function again(time: string): Report {
    return { ...OLD, steps: [failedAt(time, 'configuration: refused')] };
  }

  function stepOnly(): Report {
    return { ...WAITING, steps: [failedAt(NOW, 'configuration: refused')] };
  }

  function pending(): Report {
    const conditions = [
      ...(HEALTHY.conditions ?? []),
      condition('ReconnectPending', 'True', 'TokenRefused', 'refused'),
    ];
    return { ...HEALTHY, conditions, steps: [failedAt(NOW, 'refused')] };
  }
});

describe('a new certificate', () => {
  const fingerprints = { stored: 'other', inUse: 'other' };
  const identity = { notBefore: NOW, notAfter: NOW, renewAt: NOW };
  test('is told by the fingerprint of the one in use, not by the stored one', () => {
    const { identity: present = identity } = HEALTHY;
    const swapped = { ...HEALTHY, identity: { ...present, fingerprints: { stored: 'other', inUse: '4f09aa' } } };
    assert.equal(isNewlyPaired(swapped, baselineOf(HEALTHY)), false);
    assert.equal(isNewlyPaired({ ...HEALTHY, identity: { ...present, fingerprints } }, baselineOf(HEALTHY)), true);
  });
  test('is told by its dates where no fingerprint is reported', () => {
    const before = { ...HEALTHY, identity };
    assert.equal(isNewlyPaired(before, baselineOf(before)), false);
    assert.equal(isNewlyPaired({ ...before, identity: { ...identity, notAfter: EARLIER } }, baselineOf(before)), true);
  });
  test('is none while the connection fails', () => {
    const refused = { ...HEALTHY, state: 'ConnectionFailed', identity: { ...identity, fingerprints } };
    assert.equal(isNewlyPaired(refused, baselineOf(HEALTHY)), false);
  });
});

test('steps of the pairing before are not shown again', () => {
  const steps = [failedAt(EARLIER, 'configuration: refused'), failedAt(NOW, 'configuration: refused')];
  assert.deepEqual(stepsSince({ ...OLD, steps }, baselineOf(OLD)), steps.slice(1));
});

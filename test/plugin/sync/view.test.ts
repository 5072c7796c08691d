import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Report, ReportedRequest } from '#common/resources/report.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { judgeSync, resultOf, type SyncResult, type SyncVerdict } from '../../../plugin/sync/result.ts';
import { formatSync, syncDocument } from '../../../plugin/sync/view.ts';

const VERDICT: SyncVerdict = { status: 'Failed', exitCode: 1, reason: 'ApplicationFailed', message: 'failed' };

function failing(name: string, reason = 'InvalidName'): SyncResult {
  const failures = [{ id: '0f1e', name, reason, message: 'no' }];
  const request = { verb: 'sync', id: '1', accepted: '', counts: { listed: 1, failed: 1 } };
  const { id, counts } = request;
  return { connection: 'c', id, dryRun: 'none', request, counts, changes: [], failures, unnamed: 0 };
}

test('an Application that fails is described by a command that can be typed', () => {
  const style = { paint: paint(false), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') };
  for (const [name, argument, quoted = argument] of [
    ['orders', 'orders'],
    ['SAP S/4', 'SAP S/4', "'SAP S/4'"],
    ["it's", "it's", "'it'\\''s'"],
    ['-o', '0f1e'],
    ['\u001b[2Jgone', '0f1e'],
    ['\u202eevil', '0f1e'],
  ] as const) {
    const text = formatSync(failing(name), VERDICT, { ...style, place: {}, isWide: false });
    assert.ok(text.endsWith(`kubectl compass describe app ${quoted}\n`), text);
    const { remediation } = syncDocument(failing(name), VERDICT, { now: 0, place: {} });
    assert.deepEqual(remediation?.[0]?.command, ['kubectl', 'compass', 'describe', 'app', argument]);
  }
});

test('of two Applications of one name, the one that fails is described by its id', () => {
  const { remediation } = syncDocument(failing('twin', 'NameConflict'), VERDICT, { now: 0, place: {} });
  assert.deepEqual(remediation?.[0]?.command, ['kubectl', 'compass', 'describe', 'app', '0f1e']);
});

test('a listing that lacked something is told of, although nothing failed', () => {
  const style = { paint: paint(false), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') };
  const request: ReportedRequest = { verb: 'sync', id: '1', accepted: '', result: 'succeeded', counts: { listed: 14 } };
  const director = { time: '', latencyMs: 1, complete: false, incompleteBecause: '14 listed of 15 counted' };
  const report: Report = { schemaVersion: 'v1', contact: { director } };
  const result = resultOf({ connection: 'c', id: '1', dryRun: 'none' }, { request, report });
  const text = formatSync(result, judgeSync(result), { ...style, place: {}, isWide: false });
  assert.match(text, /^◎ director .*14 applications \(incomplete: 14 listed of 15 counted\)\n/);
  const document = syncDocument(result, judgeSync(result), { now: 0, place: {} });
  assert.equal(document['incompleteBecause'], '14 listed of 15 counted');
  const whole: Report = { schemaVersion: 'v1', contact: { director: { time: '', latencyMs: 1, complete: true } } };
  const complete = resultOf({ connection: 'c', id: '1', dryRun: 'none' }, { request, report: whole });
  assert.doesNotMatch(formatSync(complete, judgeSync(complete), { ...style, place: {}, isWide: false }), /incomplete/);
});

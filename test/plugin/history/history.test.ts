import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import type { Report, ReportedChange, ReportedRevision } from '#common/resources/report.ts';
import { historyOf } from '../../../plugin/history/revisions.ts';
import { formatHistory } from '../../../plugin/history/view.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { HISTORY_SCHEMA } from '../../../plugin/schemas/history.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { putReport } from '../put-report.ts';
import { runPlugin } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';

const NOW = Date.UTC(2026, 8, 11, 10);
const STYLE = { paint: paint(false), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') };
const at = (minutesAgo: number) => new Date(NOW - minutesAgo * 60_000).toISOString().replace('.000Z', 'Z');
const change = (revision: number, minutesAgo: number, more: Partial<ReportedChange>): ReportedChange => {
  return { time: at(minutesAgo), kind: 'Application', name: 'orders', action: 'updated', revision, ...more };
};
const revision = (number: number, minutesAgo: number, more: Partial<ReportedRevision>): ReportedRevision => {
  return { revision: number, time: at(minutesAgo), why: 'schedule', created: 0, updated: 0, deleted: 0, ...more };
};

/** Newest first, as a report has them. */
const REPORT: Pick<Report, 'changes' | 'revisions'> = {
  changes: [
    change(4, 5, { name: 'old', action: 'deleted', cause: 'no longer listed; plan p1 was approved by anna' }),
    change(3, 60, { kind: 'Secret', name: 'orders-1', action: 'created', cause: 'of Application orders' }),
    change(3, 60, { action: 'created', cause: 'newly listed' }),
    change(1, 600, { name: 'older', cause: 'differs from what is listed' }),
  ],
  revisions: [
    revision(4, 5, { why: 'decision', plan: 'p1', approvedBy: 'anna', deleted: 3 }),
    revision(3, 60, { why: 'request', request: 'r/1', by: 'eva', created: 1 }),
    revision(2, 90, { why: 'start', created: 40 }),
  ],
};

const show = (question: Partial<Parameters<typeof historyOf>[1]>, report = REPORT) => {
  const application = question.application === undefined ? {} : { application: question.application };
  const entries = historyOf(report, { limit: 10, ...question });
  return formatHistory(entries, { connection: 'compass-connection', ...application, now: NOW }, STYLE);
};

test('each synchronization is shown with what it was made for, and what it changed', () => {
  assert.equal(
    show({}),
    `rev 4  5m ago  a plan was decided on, plan p1 approved by anna  0 created, 0 updated, 3 deleted
  - Application old deleted  no longer listed; plan p1 was approved by anna
  and 2 Applications that the report does not name any more
rev 3  60m ago  asked for by eva (r/1)  1 created, 0 updated, 0 deleted
  + Application orders created  newly listed
  + Secret orders-1 created  of Application orders
rev 2  90m ago  the sidecar started  40 created, 0 updated, 0 deleted
  and 40 Applications that the report does not name any more
rev 1  10h ago
  ~ Application older updated  differs from what is listed
`,
  );
});

test('of one Application its own changes are shown, and those of its Secrets; also by the report of an older sidecar', () => {
  const expected = `rev 3  60m ago  asked for by eva (r/1)
  + Application orders created  newly listed
  + Secret orders-1 created  of Application orders
`;
  assert.equal(show({ application: 'orders' }), expected);
  const named = (REPORT.changes ?? []).map((one) =>
    one.kind === 'Secret' ? { ...one, application: 'orders', cause: 'x' } : one,
  );
  assert.match(show({ application: 'orders' }, { ...REPORT, changes: named }), /\+ Secret orders-1 created {2}x/);
  assert.equal(show({ application: 'toString' }), 'no changes of Application toString are known\n');
});

test('--limit counts synchronizations, and --since leaves out what is older', () => {
  const numbers = (question: Partial<Parameters<typeof historyOf>[1]>) =>
    historyOf(REPORT, { limit: 10, ...question }).map((entry) => entry.revision);
  assert.deepEqual(numbers({ limit: 2 }), [4, 3]);
  assert.deepEqual(numbers({ since: NOW - 3_600_000 }), [4, 3]);
  assert.deepEqual(numbers({ since: NOW - 60_000 }), []);
});

test('a cause that this version does not know is shown as it is', () => {
  const why = 'constructor';
  assert.match(
    show({}, { revisions: [revision(5, 1, { why, updated: 1 })] }),
    /^rev 5 {2}60s ago {2}constructor {2}0 created/,
  );
});

test('history is read from the report by whoever may read that, and its document has its schema', async (t) => {
  const target = await startTestCluster(t, { crds: 'ours' });
  await putReport(target, { ...HEALTHY, ...REPORT });
  const env = { KUBECONFIG: target.kubeconfigPath };
  const { code, stdout, stderr } = await runPlugin(['history', '--limit', '2', '-o', 'json'], env);
  assert.equal(code, 0, stderr);
  const document = JSON.parse(stdout);
  assert.deepEqual(conform(HISTORY_SCHEMA, document), document);
  assert.deepEqual(
    document.revisions.map(({ revision: number, why, by }: ReportedRevision) => [number, why, by]),
    [
      [4, 'decision', undefined],
      [3, 'request', 'eva'],
    ],
  );
  const names = await runPlugin(['history', 'app/orders', '-o', 'name'], env);
  assert.equal(names.stdout, 'application.applicationconnector.kyma-project.io/orders\nsecret/orders-1\n');
  for (const limit of ['0', 'many', '-1']) {
    assert.equal((await runPlugin(['history', `--limit=${limit}`], env)).code, 2, limit);
  }
});

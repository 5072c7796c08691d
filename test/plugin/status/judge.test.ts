import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Report } from '#common/resources/report.ts';
import { chooseConnection } from '../../../plugin/connection/choose.ts';
import type { ConnectionFacts } from '../../../plugin/status/facts.ts';
import { factsFromReport } from '../../../plugin/status/from-report.ts';
import { factsFromResource } from '../../../plugin/status/from-resource.ts';
import { judge } from '../../../plugin/status/judge.ts';
import { condition, EXPIRED, HEALTHY, NOW, SUSPENDED, TOKEN_REFUSED, UNREACHABLE } from '../sample-reports.ts';

const HOUR = 3_600_000;

function factsOf(report: Report, leaseUntil: number | undefined = NOW + 10_000): ConnectionFacts {
  const facts = factsFromReport(report, 'compass-connection', 'kyma');
  return { ...facts, agent: { ...facts.agent, leaseUntil } };
}

describe('the verdict', () => {
  test('is Healthy only where everything is, and then there is nothing to do', () => {
    const { verdict, exitCode, problems } = judge(factsOf(HEALTHY), NOW);
    assert.deepEqual({ verdict, exitCode, problems }, { verdict: 'Healthy', exitCode: 0, problems: [] });
  });

  test('is Disconnected on request, whatever the last contact came to', () => {
    const conditions = [condition('Connected', 'False', 'Disconnected', 'disconnected by request')];
    const { verdict, problems } = judge(
      factsOf({ ...TOKEN_REFUSED, conditions, contact: UNREACHABLE.contact ?? {} }),
      NOW,
    );
    assert.equal(verdict, 'Disconnected');
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['Disconnected'],
    );
  });

  test('is Disconnected once the certificate has expired, whatever the last report said', () => {
    const { verdict, lines, problems } = judge(factsOf(HEALTHY, NOW + 20 * HOUR), NOW + 18 * HOUR);
    assert.equal(verdict, 'Disconnected');
    assert.equal(lines.identity.level, 'error');
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['CertificateExpired'],
    );
  });

  test('is Degraded when a renewal should have been and was not, by the deadline of the sidecar itself', () => {
    assert.equal(judge(factsOf(HEALTHY, NOW + 9 * HOUR), NOW + 5 * HOUR + 60_000).verdict, 'Healthy');
    const { verdict, problems } = judge(factsOf(HEALTHY, NOW + 9 * HOUR), NOW + 6 * HOUR);
    assert.equal(verdict, 'Degraded');
    assert.match(problems[0]?.message ?? '', /should have been renewed 60m ago/);
  });

  test('is Degraded when the sidecar does not run, since a report outlives it', () => {
    const { verdict, problems } = judge(factsOf(HEALTHY, NOW - 31_000), NOW);
    assert.equal(verdict, 'Degraded');
    assert.equal(problems[0]?.next, 'kubectl -n kyma get pods -l app.kubernetes.io/name=compass-sidecar');
  });

  test('is Degraded by a listing that lacks something, which is named', () => {
    const director = { time: new Date(NOW).toISOString(), latencyMs: 1, complete: false, incompleteBecause: '1 of 2' };
    const { verdict, problems } = judge(factsOf({ ...HEALTHY, contact: { director } }), NOW);
    assert.equal(verdict, 'Degraded');
    assert.deepEqual(
      problems.map(({ code, severity, explain }) => [code, severity, explain]),
      [['CMP0308', 'warning', 'kubectl compass explain CMP0308']],
    );
    assert.match(problems[0]?.message ?? '', /^the last listing is not complete: 1 of 2; /);
  });

  test('is Degraded for a state that only a newer sidecar knows', () => {
    assert.equal(judge(factsOf({ ...HEALTHY, state: 'Hibernating' }), NOW).verdict, 'Degraded');
  });

  test('of an empty report is that nothing is known, without an error', () => {
    const { verdict } = judge(factsOf({ schemaVersion: 'v9' }), NOW);
    assert.equal(verdict, 'Connecting');
  });
});

describe('a problem', () => {
  test('is said once, although condition and contact have it', () => {
    for (const report of [EXPIRED, UNREACHABLE, TOKEN_REFUSED])
      assert.equal(judge(factsOf(report), NOW).problems.length, 1);
  });

  test('carries the id under which Compass logged the call', () => {
    assert.match(judge(factsOf(EXPIRED), NOW).problems[0]?.message ?? '', /\(x-request-id 1ae04041_5f\)$/);
  });

  test("has a command for the sidecar's own namespace and the cluster that was asked", () => {
    const { problems } = judge(factsOf(UNREACHABLE), NOW, {
      clusterFlags: '--context prod',
      namedNamespace: 'kyma',
    });
    assert.equal(problems[0]?.next, 'kubectl compass logs -n kyma --context prod');
  });

  test('that somebody chose is a warning, not an error', () => {
    assert.deepEqual(
      judge(factsOf(SUSPENDED), NOW).problems.map(({ code, severity }) => [code, severity]),
      [['CMP0403', 'warning']],
    );
  });

  test('of a reason that only a newer sidecar knows is shown as it is', () => {
    const conditions = [condition('Connected', 'False', 'Teapot', 'it is short and stout')];
    const [problem] = judge(factsOf({ ...HEALTHY, conditions }), NOW).problems;
    assert.deepEqual(
      [problem?.reason, problem?.code, problem?.message],
      ['Teapot', undefined, 'it is short and stout'],
    );
  });

  test('is not made of conditions that others set', () => {
    const conditions = [...(HEALTHY.conditions ?? []), condition('Audited', 'False', 'Nobody', 'not yet')];
    assert.equal(judge(factsOf({ ...HEALTHY, conditions }), NOW).verdict, 'Healthy');
  });
});

describe('without a report', () => {
  function resource(state: string, errors: { readonly connection?: string; readonly sync?: string } = {}) {
    return factsFromResource({
      apiVersion: 'compass.kyma-project.io/v1alpha1',
      kind: 'CompassConnection',
      metadata: { name: 'compass-connection' },
      spec: { managementInfo: { connectorUrl: '', directorUrl: '' } },
      status: {
        connectionState: state,
        connectionStatus: {
          certificateStatus: { notBefore: '2026-09-01T00:00:00Z', notAfter: '2026-12-01T00:00:00Z' },
          lastSync: '2026-09-11T09:59:00Z',
          ...(errors.connection ? { error: errors.connection } : {}),
        },
        synchronizationStatus: {
          lastAttempt: '2026-09-11T09:59:00Z',
          lastSuccessfulFetch: '2026-09-11T09:00:00Z',
          lastSuccessfulApplication: null,
          ...(errors.sync ? { error: errors.sync } : {}),
        },
      },
    });
  }

  test('what status field and condition say in the same words is one problem, with the reason', () => {
    const message = 'not applied: "twin" (NameConflict: the name is taken)';
    const facts = resource('ResourceApplicationFailed', { sync: message });
    const conditions = [condition('Synchronized', 'False', 'ApplicationFailed', message)];
    const { problems } = judge({ ...facts, conditions }, NOW);
    assert.deepEqual(
      problems.map(({ reason }) => reason),
      ['ApplicationFailed'],
    );
    const alone = judge(facts, NOW).problems;
    assert.deepEqual(
      alone.map((one) => [one.reason, one.message]),
      [[undefined, message]],
    );
  });

  test('the states of the reference come out as they are meant', () => {
    const cases: readonly (readonly [state: string, sync: string | undefined, verdict: string])[] = [
      ['Synchronized', undefined, 'Healthy'],
      ['Connected', undefined, 'Connecting'],
      ['ConnectionFailed', undefined, 'Disconnected'],
      ['ConnectionMaintenanceFailed', undefined, 'Degraded'],
      ['SynchronizationFailed', 'the Director is away', 'Degraded'],
      ['ResourceApplicationFailed', 'a, b: conflict', 'Degraded'],
      ['MetadataUpdateFailed', 'no scope', 'Degraded'],
    ];
    for (const [state, sync, verdict] of cases) {
      assert.equal(judge(resource(state, sync ? { sync } : {}), NOW).verdict, verdict, state);
    }
  });

  test('a failed fetch is the fault of the Director, any other one of the synchronization', () => {
    const fetched = judge(resource('SynchronizationFailed', { sync: 'the Director is away' }), NOW);
    assert.deepEqual([fetched.lines.director.level, fetched.problems[0]?.message], ['error', 'the Director is away']);
    const applied = judge(resource('ResourceApplicationFailed', { sync: 'NameConflict: two of one name' }), NOW);
    assert.deepEqual([applied.lines.director.level, applied.lines.sync.level], ['ok', 'error']);
    assert.deepEqual([applied.problems[0]?.code, applied.problems[0]?.message], ['CMP0302', 'two of one name']);
  });
});

describe('which connection is meant', () => {
  test('is the named one, the one of the usual name, or the only one', () => {
    assert.equal(chooseConnection('compassconnections/east', ['west'], []), 'east');
    assert.equal(chooseConnection(undefined, ['a', 'compass-connection'], []), 'compass-connection');
    assert.equal(chooseConnection(undefined, ['a'], ['b']), 'a');
    assert.equal(chooseConnection(undefined, [], ['b']), 'b');
    assert.equal(chooseConnection(undefined, [], []), undefined);
  });
});

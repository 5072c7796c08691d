import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CompassError } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { ReportedRequest } from '#common/resources/report.ts';
import type { RequestVerb } from '#common/resources/requests.ts';
import { carryOut, HandlerPace } from '../../sidecar/carry-out.ts';
import type { PassFacts, RequestHandlers } from '../../sidecar/request-handler.ts';
import { Requests } from '../../sidecar/requests.ts';
import { annotationPatch } from '../../sidecar/status/connection-patch.ts';
import { ManualClock } from './manual-clock.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const CHECK = 'compass.kyma-project.io/check';

function asking(annotations: Readonly<Record<string, string>>): CompassConnection {
  const named = Object.entries(annotations).map(([verb, value]) => [`compass.kyma-project.io/${verb}`, value]);
  return { metadata: { name: 'c', annotations: Object.fromEntries(named) }, spec: {} } as never as CompassConnection;
}

function requestsOf(...verbs: RequestVerb[]): Requests {
  return new Requests(new Set(verbs));
}

const finished = (id: string, verb = 'check'): ReportedRequest => {
  const time = formatTime(NOON);
  return { verb, id, accepted: time, finished: time, result: 'failed', requestId: 'call-1', counts: { listed: 3 } };
};

const nothing = () => Promise.resolve([]);

test('a request keeps its parameters until it is answered, and its annotation goes then', async () => {
  const requests = requestsOf('disconnect');
  const object = asking({ disconnect: 'one;revoke=true' });
  await requests.recall(object, NOON, nothing);
  requests.take(object, NOON);
  assert.deepEqual(requests.open('disconnect')?.parameters, { revoke: 'true' });
  assert.deepEqual(requests.answered(object), []);
  requests.finish('disconnect', { result: 'succeeded' }, NOON);
  assert.equal(requests.isOpen('disconnect'), false);
  assert.equal(requests.answered(object).length, 1);
});

test('a verb that nobody carries out is refused at once', () => {
  const requests = requestsOf('sync');
  requests.take(asking({ check: 'one' }), NOON);
  assert.deepEqual(
    requests.observed.map(({ result, reason }) => [result, reason]),
    [['refused', 'RequestRefused']],
  );
});

for (const [what, value, id] of [
  ['no id', ' ;force', ''],
  ['an id that is too long', 'x'.repeat(129), `${'x'.repeat(128)}…`],
] as const) {
  test(`an annotation with ${what} is refused once and cleared, and never carried out`, async () => {
    const requests = requestsOf('check');
    requests.take(asking({ check: 'one' }), NOON);
    const object = asking({ check: value });
    for (let pass = 0; pass < 3; pass += 1) {
      await requests.recall(object, NOON, nothing);
      requests.take(object, NOON);
      assert.equal(requests.isOpen('check'), false);
      assert.deepEqual(annotationPatch(object, { requests: requests.answered(object) }), { [CHECK]: null });
    }
    assert.deepEqual(
      requests.observed.map((request) => [request.id, request.result]),
      [
        ['one', 'superseded'],
        [id, 'refused'],
      ],
    );
    requests.take(asking({ check: 'two' }), NOON);
    assert.equal(requests.open('check')?.id, 'two');
  });

  test(`an annotation with ${what} that the report answers is only cleared after a restart`, async () => {
    const requests = requestsOf('check');
    const object = asking({ check: value });
    const refused = { ...finished(id), result: 'refused' };
    await requests.recall(object, NOON + 5_000, () => Promise.resolve([refused]));
    requests.take(object, NOON + 5_000);
    assert.deepEqual(
      requests.observed.map(({ finishedAt }) => finishedAt),
      [NOON],
    );
    assert.equal(requests.answered(object).length, 1);
  });
}

test('a request that another of its verb replaces is superseded', () => {
  const requests = requestsOf('check');
  requests.take(asking({ check: 'one' }), NOON);
  requests.take(asking({ check: 'two' }), NOON);
  assert.deepEqual(
    requests.observed.map(({ id, result }) => [id, result]),
    [
      ['one', 'superseded'],
      ['two', undefined],
    ],
  );
});

test('a request that the report answers is not carried out again after a restart, and its annotation goes', async () => {
  const requests = requestsOf('check');
  const object = asking({ check: 'one' });
  await requests.recall(object, NOON, () => Promise.resolve([finished('one')]));
  requests.take(object, NOON);
  assert.equal(requests.isOpen('check'), false);
  assert.equal(requests.answered(object).length, 1);
  assert.deepEqual(requests.observed[0]?.counts, { listed: 3 });
  assert.equal(requests.observed[0]?.requestId, 'call-1');
});

test('what a replica answered while this one did not lead is not done again', async () => {
  const requests = requestsOf('check');
  await requests.recall(asking({ check: 'one' }), NOON, nothing);
  requests.forget();
  const object = asking({ check: 'two' });
  await requests.recall(object, NOON, () => Promise.resolve([finished('two')]));
  requests.take(object, NOON);
  assert.equal(requests.isOpen('check'), false);
});

test('a request that was accepted before a restart is taken anew, and one that was replaced meanwhile is superseded', async () => {
  const requests = requestsOf('check', 'sync');
  const accepted = formatTime(NOON - 60_000);
  const object = asking({ check: 'one;depth=2', sync: 'new' });
  const before = [
    { verb: 'check', id: 'one', accepted },
    { verb: 'sync', id: 'old', accepted },
  ];
  await requests.recall(object, NOON, () => Promise.resolve(before));
  requests.take(object, NOON);
  assert.deepEqual(requests.open('check')?.parameters, { depth: '2' });
  assert.equal(requests.open('sync')?.id, 'new');
  const old = requests.observed.find(({ id }) => id === 'old');
  assert.equal(old?.result, 'superseded');
  assert.equal(requests.observed.find(({ id }) => id === 'one')?.acceptedAt, NOON - 60_000);
});

test('a report that cannot be read leaves requests where they are', async () => {
  const requests = requestsOf('check');
  const object = asking({ check: 'one' });
  const unreadable = () => Promise.reject(new CompassError('ClusterUnavailable', 'the API server is restarting'));
  await assert.rejects(requests.recall(object, NOON, unreadable));
  await requests.recall(object, NOON, () => Promise.resolve([finished('one')]));
  requests.take(object, NOON);
  assert.equal(requests.isOpen('check'), false);
});

function perform(handlers: RequestHandlers, isStopped = false) {
  const requests = requestsOf('check', 'diff');
  const object = asking({ check: 'one', diff: 'two' });
  requests.take(object, NOON);
  const stop = new AbortController();
  if (isStopped) stop.abort();
  const context = { clock: new ManualClock(NOON), isLeader: () => true, log: silentLog, stopping: stop.signal };
  const facts = { object, signal: stop.signal } as PassFacts;
  const published: string[][] = [];
  const publish = (seen: CompassConnection | undefined) => {
    published.push(requests.answered(seen).map(({ verb }) => verb));
    return Promise.resolve(seen);
  };
  const pace = new HandlerPace(context.clock, 10_000);
  const run = () => carryOut({ handlers, context, pace }, requests, facts, publish);
  return { requests, published, pace, clock: context.clock, run };
}

test('each open request is answered and published before the next begins', async () => {
  const { published, run, requests } = perform({
    check: ({ id }) => Promise.resolve({ result: 'succeeded', check: { time: NOON, id, results: [] } }),
    diff: () => Promise.resolve({ result: 'refused', message: 'not now' }),
  });
  await run();
  assert.deepEqual(published, [['check'], ['check', 'diff']]);
  assert.equal(requests.check?.id, 'one');
  await run();
  assert.equal(published.length, 2);
});

test('what a handler throws is the answer that it failed, with its reason; a bug is an InternalError', async () => {
  const { run, requests } = perform({
    check: () => Promise.reject(new CompassError('CompassUnreachable', 'no way to Compass', { requestId: 'call-1' })),
    diff: () => Promise.reject(new Error('a stack nobody should see')),
  });
  await run();
  assert.deepEqual(
    requests.observed.map(({ verb, result, reason, requestId }) => [verb, result, reason, requestId]),
    [
      ['check', 'failed', 'CompassUnreachable', 'call-1'],
      ['diff', 'failed', 'InternalError', undefined],
    ],
  );
  assert.doesNotMatch(JSON.stringify(requests.observed), /stack nobody/);
});

test('a request that the stop cuts short stays open for the next start', async () => {
  const stopping = () => Promise.reject(new CompassError('Stopping', 'the sidecar stops'));
  const { run, requests, published } = perform({ check: stopping, diff: stopping }, true);
  await run();
  assert.equal(requests.isOpen('check'), true);
  assert.deepEqual(published, []);
});

test('a verb that is asked for without end is carried out a few times at once, and then every 10 seconds', async () => {
  let count = 0;
  const { requests, clock, pace, run } = perform({
    check: () => {
      count += 1;
      return Promise.resolve({ result: 'succeeded' });
    },
  });
  for (let ms = 0; ms < 60_000; ms += 100) {
    requests.take(asking({ check: `at ${ms}` }), clock.now());
    await run();
    clock.advance(100);
  }
  assert.equal(count, 5 + 5);
  requests.take(asking({ check: 'the last' }), clock.now());
  assert.equal(requests.observed.filter(({ result }) => result === 'superseded').length, 19);
  clock.advance(pace.dueInMs(requests));
  await run();
  assert.equal(requests.observed.at(-1)?.result, 'succeeded');
});

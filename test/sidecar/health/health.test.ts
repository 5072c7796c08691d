import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { Health } from '../../../sidecar/health/health.ts';
import { serveHealth } from '../../../sidecar/health/server.ts';
import { connectionStatus } from '../../../sidecar/status/connection-status.ts';
import type { Observation } from '../../../sidecar/status/observation.ts';
import { ManualClock } from '../manual-clock.ts';
import { connected, fetchFailed, NOON, synchronized, unpaired } from '../status/observations.ts';

async function start(t: TestContext) {
  const clock = new ManualClock(NOON);
  const health = new Health(clock, '0.1.0');
  const stop = new AbortController();
  const server = await health.serve(0, stop.signal);
  t.after(async () => {
    stop.abort();
    await server.close();
  });
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
    return { status: response.status, text: await response.text(), headers: response.headers };
  };
  const tell = (observation: Observation) =>
    health.onObservation(observation, connectionStatus(undefined, observation));
  return { clock, health, get, tell, port: server.port };
}

function sample(text: string, series: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1);
}

test('a process that has just started is live and not yet ready', async (t) => {
  const { get } = await start(t);
  assert.equal((await get('/livez')).status, 200);
  assert.equal((await get('/healthz')).status, 200);
  const ready = await get('/readyz');
  assert.equal(ready.status, 503);
  assert.match(ready.text, /^starting/);
});

test('I11: a leader is ready while its credentials work, and else says why not', async (t) => {
  const { get, tell } = await start(t);
  tell(connected());
  assert.deepEqual([(await get('/readyz')).status, (await get('/readyz')).text], [200, 'ok: leading\n']);
  tell(unpaired(new CompassError('TokenRequired', 'store a new token')));
  const ready = await get('/readyz?verbose');
  assert.equal(ready.status, 503);
  assert.equal(ready.text, 'leading without credentials: TokenRequired: store a new token\n');
  const rejected = new CompassError('Rejected', 'Compass refuses the certificate');
  tell(connected({ connection: { step: 'establish', attempted: true, ok: false, error: rejected } }));
  assert.equal((await get('/readyz')).status, 503);
});

test('a standby is ready when it has the credentials loaded', async (t) => {
  const { get, health } = await start(t);
  health.onStandby(false);
  assert.equal((await get('/readyz')).status, 503);
  health.onStandby(false, 'pod-a');
  assert.equal((await get('/readyz')).text, 'ok: standing by without credentials, like pod-a, which leads\n');
  health.onStandby(true);
  assert.equal((await get('/readyz')).text, 'ok: standing by\n');
});

test('a replica that hears nothing of its passes for minutes is not ready any more', async (t) => {
  const { get, tell, clock } = await start(t);
  tell(connected());
  clock.advance(6 * 60_000);
  const ready = await get('/readyz');
  assert.equal(ready.status, 503);
  assert.match(ready.text, /no reconcile pass has ended for 6m/);
});

test('a pass that never ends, and an event loop that was blocked, make the process not live', async (t) => {
  const { get, health, clock } = await start(t);
  health.liveness.onPass(true);
  for (let minute = 0; minute < 121; minute += 1) clock.advance(60_000);
  assert.match((await get('/livez')).text, /a reconcile pass has been running for 2h1m/);
  health.liveness.onPass(false);
  assert.match((await get('/livez')).text, /the event loop was blocked for/);
  await new Promise(setImmediate);
  clock.advance(1_000);
  await new Promise(setImmediate);
  assert.equal((await get('/livez')).status, 200);
});

test('L3: an event loop that was blocked for 30 seconds makes the process not live', async (t) => {
  const { get, clock } = await start(t);
  assert.equal((await get('/livez')).status, 200);
  clock.advance(30_000);
  const blocked = await get('/livez');
  assert.equal(blocked.status, 503);
  assert.match(blocked.text, /the event loop was blocked for (?:29|30)s/);
});

test('S6: only GET of four paths is answered', async (t) => {
  const { get } = await start(t);
  for (const path of ['/', '/config', '/debug/pprof', '/metrics/../env', '/livez/x']) {
    assert.equal((await get(path)).status, 404, path);
  }
  const post = await get('/livez', { method: 'POST', body: 'x'.repeat(100) });
  assert.equal(post.status, 405);
  assert.equal(post.headers.get('allow'), 'GET');
});

test('a header of more than 8 KiB is refused', async (t) => {
  const { port } = await start(t);
  const socket = connect(port, '127.0.0.1');
  socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\nx-long: ${'a'.repeat(9_000)}\r\n\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  assert.match(answer.toString(), /^HTTP\/1\.1 431 /);
});

test('a port in use is a setting that has to be corrected', async (t) => {
  const { port } = await start(t);
  const sources = {
    live: () => ({ ok: true, text: '' }),
    ready: () => ({ ok: true, text: '' }),
    metrics: () => Promise.resolve(''),
  };
  await assert.rejects(serveHealth(port, sources), (error: CompassError) => {
    assert.equal(error.reason, 'InvalidSetting');
    return error.message.includes(`APP_HEALTH_PORT ${port}`);
  });
});

test('metrics tell state, certificate, phases, Applications and leadership', async (t) => {
  const { get, tell } = await start(t);
  const failed = [{ name: 'a', id: '1', reason: 'InvalidName' as const, message: 'no' }];
  tell(synchronized({ failed, present: 2, inSync: 1 }, { labels: { attempted: true } }));
  const { text, headers } = await get('/metrics');
  assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  assert.equal(sample(text, 'compass_connection_state{state="ResourceApplicationFailed"}'), '1');
  assert.equal(sample(text, 'compass_connection_state{state="Synchronized"}'), '0');
  assert.equal(
    sample(text, 'compass_certificate_not_after_timestamp_seconds'),
    String((NOON + 89 * 86_400_000) / 1_000),
  );
  assert.equal(sample(text, 'compass_last_success_timestamp_seconds{phase="fetch"}'), String(NOON / 1_000));
  assert.equal(sample(text, 'compass_last_success_timestamp_seconds{phase="apply"}'), undefined);
  assert.equal(sample(text, 'compass_last_success_timestamp_seconds{phase="labels"}'), String(NOON / 1_000));
  assert.equal(sample(text, 'compass_applications{result="failed"}'), '1');
  assert.equal(sample(text, 'compass_applications{result="in_sync"}'), '1');
  assert.equal(sample(text, 'compass_director_pages'), '1');
  assert.equal(sample(text, 'compass_sync_duration_seconds'), '1.5');
  assert.equal(sample(text, 'compass_sync_write_concurrency'), '8');
  assert.equal(sample(text, 'compass_leader'), '1');
  assert.equal(sample(text, 'compass_condition{type="Ready",status="False",reason="InvalidName"}'), '1');
  assert.equal(sample(text, 'compass_tls_verification_disabled'), '0');
});

test('without a credential there are no certificate dates, and a failed listing leaves the counts alone', async (t) => {
  const { get, tell } = await start(t);
  const series = 'compass_certificate_not_after_timestamp_seconds';
  tell(unpaired(new CompassError('TokenRequired', 'none')));
  assert.equal(sample((await get('/metrics')).text, series), undefined);
  tell(synchronized());
  tell(connected({ sync: { attempted: true, outcome: fetchFailed(new CompassError('CompassTimeout', 'slow')) } }));
  const { text } = await get('/metrics');
  assert.notEqual(sample(text, series), undefined);
  assert.equal(sample(text, 'compass_applications{result="listed"}'), '2');
});

test('S3: verification that is off shows in the metrics', async (t) => {
  const { get, tell } = await start(t);
  tell(connected({ warnings: [{ type: 'TLSVerificationDisabled', message: 'off' }] }));
  const { text } = await get('/metrics');
  assert.equal(sample(text, 'compass_tls_verification_disabled'), '1');
  assert.equal(sample(text, 'compass_warning{type="TLSVerificationDisabled"}'), '1');
});

test('what is suspended shows in the metrics by its scope, with its end where it has one', async (t) => {
  const { get, tell } = await start(t);
  const untilAt = 'compass_suspended_until_timestamp_seconds';
  const suspended = { scope: 'deletes', until: '2026-03-01T16:00:00Z' };
  tell(connected({ sync: { attempted: false, suspended } }));
  const during = (await get('/metrics')).text;
  assert.equal(sample(during, 'compass_suspended{scope="deletes"}'), '1');
  assert.equal(sample(during, 'compass_suspended{scope="sync"}'), '0');
  assert.equal(sample(during, untilAt), String(Date.UTC(2026, 2, 1, 16) / 1_000));
  tell(connected());
  const after = (await get('/metrics')).text;
  assert.equal(sample(after, 'compass_suspended{scope="deletes"}'), '0');
  assert.equal(sample(after, untilAt), undefined);
});

test('requests count by target, code and outcome, and never by what they were about', async (t) => {
  const { get, health } = await start(t);
  const call = { operation: 'ApplicationsForRuntime', requestId: 'canary-request-id', bytes: 10, durationMs: 200 };
  health.metrics.onCompassCall({ ...call, target: 'director', outcome: 'ok', status: 200 });
  health.metrics.onCompassCall({ ...call, target: 'director', outcome: 'CompassUnreachable', status: 0 });
  health.metrics.onClusterCall({ verb: 'get', status: 404, durationMs: 3 });
  const { text } = await get('/metrics');
  assert.equal(sample(text, 'compass_requests_total{target="director",code="200",outcome="ok"}'), '1');
  assert.equal(sample(text, 'compass_requests_total{target="director",code="0",outcome="CompassUnreachable"}'), '1');
  assert.equal(sample(text, 'compass_requests_total{target="kubernetes",code="404",outcome="error"}'), '1');
  assert.equal(sample(text, 'compass_request_duration_seconds_count{target="director",code="200"}'), '1');
  assert.equal(sample(text, 'compass_request_duration_seconds_count{target="director",code="0"}'), '1');
  assert.doesNotMatch(text, /canary/);
});

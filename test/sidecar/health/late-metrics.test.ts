import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LateMetrics } from '../../../sidecar/health/late-metrics.ts';

const COUNTED = /^compass_requests_total\{target="kubernetes",code="200",outcome="ok"\} (\d+)$/m;

function tell(metrics: LateMetrics, times: number): void {
  for (let call = 0; call < times; call++) metrics.onClusterCall({ verb: 'get', status: 200, durationMs: 1 });
}

test('what is told before anybody asks is counted once, also while the library is loaded', async () => {
  for (const early of [0, 1, 99, 100, 250]) {
    const metrics = new LateMetrics('1.2.3', () => 2_000);
    tell(metrics, early);
    const first = metrics.text();
    tell(metrics, 3);
    await first;
    tell(metrics, 1);
    const text = await metrics.text();
    assert.equal(Number(COUNTED.exec(text)?.[1]), early + 4);
    assert.match(text, /^compass_sidecar_info\{version="1.2.3"\} 1$/m);
    assert.match(text, /^compass_sidecar_event_loop_lag_seconds 2$/m);
  }
});

test('the order of what is told stays', async () => {
  const metrics = new LateMetrics('1.2.3', () => 0);
  metrics.setLeader(false);
  metrics.setLeader(true);
  assert.match(await metrics.text(), /^compass_leader 1$/m);
});

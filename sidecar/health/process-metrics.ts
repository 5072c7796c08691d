import { metricText, only } from './metrics-text.ts';

/** What a reader says of its process, under the names that the whole sidecar has for it; in Prometheus' text format. */
export function processMetrics(version: string, lagMs: number): string {
  const startedSeconds = Math.round(Date.now() / 1_000 - process.uptime());
  const lag = 'How late the event loop last turned';
  return [
    metricText('compass_sidecar_info', 'gauge', 'The version that runs', [[`{version="${version}"}`, 1]]),
    metricText('compass_sidecar_event_loop_lag_seconds', 'gauge', lag, only(lagMs / 1_000)),
    metricText('process_resident_memory_bytes', 'gauge', 'Resident memory', only(process.memoryUsage.rss())),
    metricText('process_start_time_seconds', 'gauge', 'When the process started', only(startedSeconds)),
  ].join('');
}

import { metricText, only, type Sample } from '../health/metrics-text.ts';
import type { NotifyCounts } from './notify.ts';
import type { ProxyTraffic } from './proxy-traffic.ts';

/** What is measured of the neighbours' part, as it is at the moment. */
export interface NeighbourFacts {
  /** What is wrong, each said or not: a closed list. */
  readonly problems: Readonly<Record<'secret' | 'expired' | 'folder' | 'notification', boolean>>;
  /** NotAfter of the certificate that neighbours have, in ms since the epoch. */
  readonly notAfter: number | undefined;
  /** Undefined where no files are kept, like the counts of who is told. */
  readonly generation: number | undefined;
  readonly notifications: NotifyCounts | undefined;
  readonly traffic: Pick<ProxyTraffic, 'underWay' | 'answers' | 'durationMs'> | undefined;
}

/** In Prometheus' text format, and by hand: a reader, which is to be small, needs no library for so few. */
export function neighbourMetrics({ traffic, ...facts }: NeighbourFacts): string {
  return filesMetrics(facts) + (traffic ? proxyMetrics(traffic) : '');
}

function filesMetrics({ problems, notAfter, generation, notifications }: Omit<NeighbourFacts, 'traffic'>): string {
  const notAfterSeconds = notAfter === undefined ? undefined : notAfter / 1_000;
  const told = Object.entries(notifications ?? {}).flatMap(([by, { ok, failed }]): Sample[] => [
    [`{by="${by}",result="ok"}`, ok],
    [`{by="${by}",result="failed"}`, failed],
  ]);
  const wrong = Object.entries(problems).map(([type, isSo]): Sample => [`{type="${type}"}`, isSo ? 1 : 0]);
  return [
    gauge('problem', 'What keeps neighbours from having the newest credentials, or from knowing it', wrong),
    gauge('certificate_not_after_timestamp_seconds', 'When the certificate of neighbours ends', only(notAfterSeconds)),
    gauge('generation', 'Which set of credential files is the present one', only(generation)),
    metricText('compass_neighbours_notifications_total', 'counter', 'How often neighbours were told of files', told),
  ].join('');
}

function gauge(name: string, help: string, samples: readonly Sample[]): string {
  return metricText(`compass_neighbours_${name}`, 'gauge', help, samples);
}

function proxyMetrics({ underWay, answers, durationMs }: NonNullable<NeighbourFacts['traffic']>): string {
  const name = 'compass_director_proxy_request';
  const counts = [...answers].map(([code, count]): Sample => [`{code="${code}"}`, count]);
  const all = [...answers.values()].reduce((sum, count) => sum + count, 0);
  return [
    metricText(`${name}s_in_flight`, 'gauge', 'Queries of neighbours under way', only(underWay)),
    metricText(`${name}s_total`, 'counter', 'Queries of neighbours by HTTP status; gone: not answered whole', counts),
    metricText(`${name}_duration_seconds`, 'summary', 'How long queries of neighbours took', [
      ['_sum', durationMs / 1_000],
      ['_count', all],
    ]),
  ].join('');
}

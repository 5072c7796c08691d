import { EVENT } from '#common/cluster/objects.ts';
import { list } from '../../connection/reading.ts';
import { byTime, type CoreEvent, lastSeen } from '../../events/event.ts';
import { EVENTS_NAMESPACE } from '../../events/selection.ts';
import { sanitize } from '../redaction/sanitize.ts';
import { type Collector, Findings, type Ground } from './collector.ts';
import { listOf } from './resources.ts';

/** What happened to the connection and the Applications, and to whatever is in the sidecar's namespace. */
export const events: Collector = {
  name: 'events',
  what: 'Events about the connection, the Applications and the Pods of the sidecar',
  collect,
};

async function collect(ground: Ground) {
  const findings = new Findings(ground);
  const { cluster, namespace, redactor, sink, sinceMs, invocation } = ground;
  const found: CoreEvent[] = [];
  for (const place of new Set([EVENTS_NAMESPACE, namespace])) {
    const items = await findings.try(() => list<CoreEvent>(cluster, EVENT, { namespace: place }));
    found.push(...(items ?? []).filter((event) => place === namespace || isOurs(event)));
  }
  const since = invocation.clock.now() - sinceMs;
  const wanted = found.filter((event) => !(Date.parse(lastSeen(event)) < since)).toSorted(byTime);
  findings.count(wanted.length);
  await sink.json('events.json', listOf(wanted.map((event) => sanitize(event, redactor))));
  return findings.result();
}

/** In the namespace of the Events of all cluster-scoped objects there are those of everybody. */
function isOurs({ involvedObject }: CoreEvent): boolean {
  return /^(?:CompassConnection|Application)$/.test(involvedObject?.kind ?? '');
}

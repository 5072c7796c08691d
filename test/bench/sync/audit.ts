import { readFile } from 'node:fs/promises';

/** A request as the API server wrote it down (audit.k8s.io/v1, Event); times in microseconds since 1970. */
export interface Audited {
  readonly verb: string;
  readonly uri: string;
  /** Its plural name. */
  readonly resource: string;
  readonly name: string;
  /** What was sent; undefined for what only reads. */
  readonly sent: Sent | undefined;
  readonly status: number;
  readonly receivedUs: number;
  /** When it was answered; a watch is written down when it ends. */
  readonly answeredUs: number;
}

/** Of an object that was sent, what tells whose it is. */
export interface Sent {
  readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
}

interface Event {
  readonly verb: string;
  readonly requestURI: string;
  readonly objectRef?: { readonly resource?: string; readonly name?: string };
  readonly requestObject?: Sent;
  readonly responseStatus?: { readonly code?: number };
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
}

/** All that an audit log holds, in the order in which it was received. */
export async function readAudit(path: string): Promise<readonly Audited[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  // the last line may not be whole yet
  return lines
    .slice(0, -1)
    .map((line) => audited(JSON.parse(line) as Event))
    .toSorted((a, b) => a.receivedUs - b.receivedUs);
}

function audited(event: Event): Audited {
  return {
    verb: event.verb,
    uri: event.requestURI,
    resource: event.objectRef?.resource ?? '',
    name: event.objectRef?.name ?? event.requestObject?.metadata?.name ?? '',
    sent: event.requestObject,
    status: event.responseStatus?.code ?? 0,
    receivedUs: microseconds(event.requestReceivedTimestamp),
    answeredUs: microseconds(event.stageTimestamp),
  };
}

/** RFC 3339 with up to six digits of a second. */
function microseconds(time: string): number {
  const [seconds = '', fraction = ''] = time.replace('Z', '').split('.');
  return Date.parse(`${seconds}Z`) * 1_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}

const WRITES = ['create', 'update', 'patch', 'delete'];

/** Whether it is about the objects that a synchronization keeps; the Secrets of the connection are none of them. */
export function isOfSynchronization({ resource, uri }: Audited): boolean {
  return resource === 'applications' || (resource === 'secrets' && uri.includes('/namespaces/kyma-system/'));
}

export function isWrite({ verb }: Audited): boolean {
  return WRITES.includes(verb);
}

/** The writes of a synchronization. */
export function writesOf(events: readonly Audited[]): readonly Audited[] {
  return events.filter((event) => isOfSynchronization(event) && isWrite(event));
}

/** From the first that was received to the last that was answered, in seconds. */
export function spanS(events: readonly Audited[]): number {
  const first = Math.min(...events.map(({ receivedUs }) => receivedUs));
  return (Math.max(...events.map(({ answeredUs }) => answeredUs)) - first) / 1e6;
}

/** How long at least one of them was under way, in seconds. */
export function busyS(events: readonly Audited[]): number {
  let busyUs = 0;
  let untilUs = Number.NEGATIVE_INFINITY;
  for (const { receivedUs, answeredUs } of events.toSorted((a, b) => a.receivedUs - b.receivedUs)) {
    busyUs += Math.max(0, answeredUs - Math.max(receivedUs, untilUs));
    untilUs = Math.max(untilUs, answeredUs);
  }
  return busyUs / 1e6;
}

/** How many of them were under way at one time, at most. */
export function peakConcurrency(events: readonly Audited[]): number {
  const steps = events.flatMap(({ receivedUs, answeredUs }) => [
    { atUs: receivedUs, by: 1 },
    { atUs: answeredUs, by: -1 },
  ]);
  let now = 0;
  let peak = 0;
  for (const { by } of steps.toSorted((a, b) => a.atUs - b.atUs || a.by - b.by)) {
    now += by;
    peak = Math.max(peak, now);
  }
  return peak;
}

import { type Audited, peakConcurrency } from './audit.ts';

/** One write, to be sent again to another server. */
export interface RecordedRequest {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly contentType: string;
  /** Holds UID_MARK and VERSION_MARK where the other server's own answers are to be put in. */
  readonly body: string;
}

/** What a synchronization wrote, as a bare loop is to write it. */
export interface Recorded {
  /** For each Application, in the order in which they were begun, what was written for it, one after the other. */
  readonly sequences: readonly (readonly RecordedRequest[])[];
  /** How many were under way at one time, at most. */
  readonly workers: number;
}

const UID_MARK = '@uid@';
const VERSION_MARK = '@version@';

/** From the writes of one run. Throws for what no first synchronization writes. */
export function recorded(writes: readonly Audited[]): Recorded {
  const sequences = new Map<string, RecordedRequest[]>();
  for (const write of writes) {
    const application = applicationOf(write);
    const sequence = sequences.get(application) ?? [];
    sequence.push(requestOf(write));
    sequences.set(application, sequence);
  }
  return { sequences: [...sequences.values()], workers: peakConcurrency(writes) };
}

function applicationOf({ resource, name, sent }: Audited): string {
  const application = resource === 'applications' ? name : sent?.metadata?.labels?.['app'];
  if (!application) throw new Error(`a write of ${resource} ${name} is no Application's`);
  return application;
}

const METHODS: Readonly<Record<string, RecordedRequest['method']>> = { create: 'POST', patch: 'PATCH' };

function requestOf({ verb, uri, sent }: Audited): RecordedRequest {
  const method = METHODS[verb];
  if (!method || !sent) throw new Error(`${verb} ${uri} cannot be sent again`);
  const isApply = method === 'PATCH' && uri.includes('force=true');
  if (method === 'PATCH' && !isApply) throw new Error(`${verb} ${uri} is no apply`);
  const contentType = isApply ? 'application/apply-patch+yaml' : 'application/json';
  return { method, path: uri, contentType, body: JSON.stringify(sent, marked) };
}

/** What the server gave out, which another server gives out otherwise. */
function marked(key: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value;
  if (key === 'uid') return UID_MARK;
  return key === 'resourceVersion' ? VERSION_MARK : value;
}

import { createHash } from 'node:crypto';
import type { KubeObject, Secret } from '#common/cluster/objects.ts';
import type { Application } from '#common/resources/application.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import type { LogLine } from '../../journeys/sidecar-process.ts';
import type { RecordedRequest } from '../../kube-api/recorder.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';
import type { Sighting } from '../witness.ts';
import type { ListedPage } from './listed-pages.ts';

/** A moment, by the cluster and by the clocks. */
export interface Moment {
  /** The newest version of all objects then: what was written before has it at most, what was written later has more. */
  readonly revision: number;
  /** The machine's clock, in ms since the epoch. */
  readonly atMs: number;
  /** The sidecar's clock that never steps, in ms. */
  readonly clockMs: number;
  /** How many sidecars had been stopped by then: what one of them knew, and what its clock said, is no other's. */
  readonly life: number;
}

/** A request that reached Compass, joined with the versions of the cluster's objects. */
export interface CompassRequest {
  readonly request: LoggedRequest;
  readonly begun: Moment;
  /** Undefined while it is under way. */
  readonly ended: Moment | undefined;
  /** What was served, where it was asked for a page of the Applications. */
  readonly page: ListedPage | undefined;
}

/** What happened in a world, from outside: what every invariant is judged by. */
export interface Chronicle {
  readonly secrets: readonly Sighting<Secret>[];
  readonly applications: readonly Sighting<Application>[];
  readonly connections: readonly Sighting<CompassConnection>[];
  readonly requests: readonly CompassRequest[];
  /** What the API server was asked for. */
  readonly calls: readonly RecordedRequest[];
  /** When Compass revoked a certificate, by the SHA-256 of its DER, in ms since the epoch. */
  readonly revokedAtMs: (fingerprint: string) => number | undefined;
  /** What the sidecars logged. */
  readonly lines: readonly LogLine[];
  /** What is judged is newer than this version. */
  readonly since: number;
  /** Versions and uids that the test itself made. */
  readonly harm: ReadonlySet<string>;
  /** Whether `clockMs` is that of the sidecars: not with those in processes of their own whose clock jumps. */
  readonly isClockKnown: boolean;
  /** Whether that is the machine's. */
  readonly isRealTime: boolean;
  /** Whether the status's times are written more often than once in a row, as APP_STATUS_PERIOD says. */
  readonly hasShortPeriod: boolean;
}

/** Of the embedded server one counter over all objects; that of a deletion is newer than the last version. */
export const revisionOf = ({ object }: Sighting<KubeObject>) => Number(object.metadata.resourceVersion);

/** The objects as they were at a version. */
export function inForce<T extends KubeObject>(
  sightings: readonly Sighting<T>[],
  revision: number,
  isMeant: (object: T) => boolean,
): readonly T[] {
  const last = new Map<string, Sighting<T>>();
  for (const seen of sightings) {
    const { namespace = '', name } = seen.object.metadata;
    if (revisionOf(seen) <= revision && isMeant(seen.object)) last.set(`${namespace}/${name}`, seen);
  }
  return [...last.values()].filter(({ type }) => type !== 'deleted').map(({ object }) => object);
}

/** Whether the sidecar asked for it, and not the test by its own hands. */
export const isOfSidecar = ({ userAgent }: RecordedRequest) => userAgent.startsWith('compass-sidecar');

export const decode = (base64 = '') => Buffer.from(base64, 'base64').toString();

export const JOURNAL = 'compass-connection-journal';

/** A document of ours, undefined where there is none. */
function documentOf(secret: Secret | undefined): Readonly<Record<string, unknown>> | undefined {
  const text = decode(secret?.data?.['document']);
  return text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
}

/** The journal that stood in the cluster at a version. */
export function journalAt(
  { secrets }: Pick<Chronicle, 'secrets'>,
  revision: number,
): Readonly<Record<string, unknown>> | undefined {
  return documentOf(inForce(secrets, revision, ({ metadata }) => metadata.name === JOURNAL)[0]);
}

/** Whether a token is the one that the simulator's log names by the first digits of its hash. */
export function isToken(token: unknown, short: string): boolean {
  return typeof token === 'string' && createHash('sha256').update(token).digest('hex').startsWith(short);
}

/** Whether a full hash is the one that the simulator's log names by its first digits. */
export function isHash(hash: unknown, short: string): boolean {
  return typeof hash === 'string' && hash.startsWith(short);
}

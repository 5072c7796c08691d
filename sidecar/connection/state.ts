import { randomBytes } from 'node:crypto';
import { Sensitive } from '#common/sensitive.ts';
import type { KeptDeletions } from '#common/sync/outcome.ts';
import { decodeDeletions } from '../deletions/kept-deletions.ts';
import { decodeSuspension, type Suspension } from '../suspension/suspension.ts';
import { type Disconnected, decodeDisconnected } from './disconnected.ts';
import type { DocumentFormat } from './secret-document.ts';

/** What became of a one-time token of the user's. A hash that is not here is an unused token. */
export interface TokenRecord {
  /** `trying`: refused so far, but that is ambiguous; `used`: its certificate is stored; `spent`: it can give nothing any more. */
  readonly outcome: 'trying' | 'used' | 'spent';
  readonly tries: number;
  readonly firstTriedAt: number;
  /** It was sent once without an answer: a refusal after that most likely means that it was taken. */
  readonly mayHaveLeft: boolean;
  /** How often the second token was sent without an answer that says what became of it; 0 where it is absent. */
  readonly secondTries?: number;
  /** Why it is spent, for people. */
  readonly message?: string;
  /** It was taken out of the configuration once: where somebody puts it back, it stays. */
  readonly blanked?: boolean;
}

/** The pair of an identity that was given up for a new one, until its certificate is revoked. */
export interface SupersededPair {
  readonly certificateChain: string;
  readonly key: Sensitive;
  readonly fingerprint: string;
  readonly connectorUrl: string;
  readonly directorUrl: string;
  readonly runtimeId: string;
  /** When it was given up, in ms since the epoch. */
  readonly since: number;
}

/** Where Compass is, as the Connector named it. */
export interface ManagementUrls {
  readonly connector: string;
  readonly director: string;
}

export function isSameUrls(urls: ManagementUrls, others: ManagementUrls | undefined): boolean {
  return urls.connector === others?.connector && urls.director === others.director;
}

/** What must survive a restart, a deleted CompassConnection and a deleted configuration. In the state Secret. */
export interface StoredState {
  readonly tokens: Readonly<Record<string, TokenRecord>>;
  readonly urls?: ManagementUrls;
  readonly runtimeId?: string;
  readonly tenant?: string;
  /** A CompassConnection was written once, so that one that is absent has been deleted by somebody. */
  readonly registered: boolean;
  /** A reconnect was asked for, and waits for a token that was not seen before. */
  readonly reconnectPending: boolean;
  /** Somebody asked for a disconnect, and nobody has connected since. */
  readonly disconnected?: Disconnected | undefined;
  readonly superseded?: readonly SupersededPair[];
  /** When processes started, in ms since the epoch, that have not been stopped as they should be. */
  readonly starts?: readonly number[] | undefined;
  /** The Pod whose starts they are. */
  readonly startsOf?: string | undefined;
  /** Moves on when a pairing has come to its end: what comes of an earlier one after that is of no use. */
  readonly epoch?: number;
  /** The plan of deletions that is held, and what a person decided on one. */
  readonly deletions?: KeptDeletions | undefined;
  /** What a person has suspended. */
  readonly suspension?: Suspension | undefined;
  /** Keys the fingerprints in the report, so that they tell nothing outside this cluster. */
  readonly fingerprintKey: Sensitive;
  /** Dates of the connection in ms since the epoch, for a CompassConnection that has to be written anew. */
  readonly established?: number;
  readonly acquired?: number;
  readonly renewed?: number;
}

export function freshState(): StoredState {
  return {
    tokens: {},
    registered: false,
    reconnectPending: false,
    fingerprintKey: new Sensitive(randomBytes(32).toString('base64')),
  };
}

/** More hashes than anybody pastes; the oldest go first. */
const TOKENS_KEPT = 100;

export function inNextEpoch(state: StoredState): StoredState {
  return { ...state, epoch: (state.epoch ?? 0) + 1 };
}

export function withToken(state: StoredState, hash: string, record: TokenRecord): StoredState {
  const others = Object.entries(state.tokens).filter(([other]) => other !== hash);
  const moved = record.outcome === 'trying' ? state : inNextEpoch(state);
  return { ...moved, tokens: Object.fromEntries([...others.slice(1 - TOKENS_KEPT), [hash, record]]) };
}

const isObject = (raw: unknown): raw is Record<string, unknown> => typeof raw === 'object' && raw !== null;
const text = (raw: unknown): string | undefined => (typeof raw === 'string' ? raw : undefined);
const number = (raw: unknown): number | undefined =>
  typeof raw === 'number' && Number.isFinite(raw) ? raw : undefined;

function decodeToken(raw: unknown): TokenRecord | undefined {
  if (!isObject(raw)) return undefined;
  const outcome = raw['outcome'];
  if (outcome !== 'trying' && outcome !== 'used' && outcome !== 'spent') return undefined;
  const message = text(raw['message']);
  const secondTries = number(raw['secondTries']);
  return {
    outcome,
    tries: number(raw['tries']) ?? 0,
    firstTriedAt: number(raw['firstTriedAt']) ?? 0,
    mayHaveLeft: raw['mayHaveLeft'] === true,
    ...(message === undefined ? {} : { message }),
    ...(secondTries === undefined ? {} : { secondTries }),
    ...(raw['blanked'] === true ? { blanked: true } : {}),
  };
}

function decodeSuperseded(raw: unknown): SupersededPair[] {
  if (!isObject(raw)) return [];
  const { since, key } = raw;
  const [certificateChain, fingerprint, connectorUrl, directorUrl, runtimeId] = [
    text(raw['certificateChain']),
    text(raw['fingerprint']),
    text(raw['connectorUrl']),
    text(raw['directorUrl']),
    text(raw['runtimeId']),
  ];
  if (!certificateChain || !fingerprint || !connectorUrl || !directorUrl || !runtimeId) return [];
  if (typeof key !== 'string' || typeof since !== 'number') return [];
  return [{ certificateChain, key: new Sensitive(key), fingerprint, connectorUrl, directorUrl, runtimeId, since }];
}

function decodeUrls(raw: unknown): ManagementUrls | undefined {
  if (!isObject(raw)) return undefined;
  const connector = text(raw['connector']);
  const director = text(raw['director']);
  return connector && director ? { connector, director } : undefined;
}

/** Leaves out what is undefined, so that optional properties are absent rather than undefined. */
function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

export const STATE_FORMAT: DocumentFormat<StoredState> = {
  encode: ({ superseded = [], ...state }) => ({
    version: 1,
    ...state,
    fingerprintKey: state.fingerprintKey.reveal(),
    ...(superseded.length > 0 ? { superseded: superseded.map((pair) => ({ ...pair, key: pair.key.reveal() })) } : {}),
  }),
  decode(raw) {
    if (!isObject(raw) || raw['version'] !== 1) return undefined;
    const tokens = isObject(raw['tokens']) ? raw['tokens'] : {};
    const records = Object.entries(tokens).flatMap(([hash, entry]) => {
      const record = decodeToken(entry);
      return record ? [[hash, record] as const] : [];
    });
    const key = text(raw['fingerprintKey']);
    const superseded = Array.isArray(raw['superseded']) ? raw['superseded'].flatMap(decodeSuperseded) : [];
    const starts = Array.isArray(raw['starts']) ? raw['starts'].filter((at) => number(at) !== undefined) : [];
    return {
      ...freshState(),
      tokens: Object.fromEntries(records),
      registered: raw['registered'] === true,
      reconnectPending: raw['reconnectPending'] === true,
      disconnected: decodeDisconnected(raw['disconnected']),
      deletions: decodeDeletions(raw['deletions']),
      suspension: decodeSuspension(raw['suspension']),
      ...(key ? { fingerprintKey: new Sensitive(key) } : {}),
      ...(superseded.length > 0 ? { superseded } : {}),
      ...(starts.length > 0 ? { starts } : {}),
      ...present<
        Pick<
          StoredState,
          'urls' | 'runtimeId' | 'tenant' | 'startsOf' | 'established' | 'acquired' | 'renewed' | 'epoch'
        >
      >({
        startsOf: text(raw['startsOf']),
        urls: decodeUrls(raw['urls']),
        runtimeId: text(raw['runtimeId']),
        tenant: text(raw['tenant']),
        established: number(raw['established']),
        acquired: number(raw['acquired']),
        renewed: number(raw['renewed']),
        epoch: number(raw['epoch']),
      }),
    };
  },
};

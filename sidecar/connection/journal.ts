import { Sensitive } from '#common/sensitive.ts';
import type { DocumentFormat } from './secret-document.ts';
import type { ManagementUrls } from './state.ts';

/** What every phase of a pairing or renewal under way carries. */
export interface JournalBase {
  /** `pair` spends a token of the user's; `renew` spends nothing and can be begun again at any time. */
  readonly purpose: 'pair' | 'renew';
  /** When it began, in ms since the epoch. */
  readonly startedAt: number;
  /** PKCS#1 PEM. */
  readonly key: Sensitive;
  /** Hash of the user's token; absent in a renewal. */
  readonly tokenHash?: string;
  /** The pod that began it. */
  readonly holder?: string;
  /** The epoch of the state when it began; journals of older versions have none. */
  readonly epoch?: number;
}

/** The key is durable, and no token has left. */
export interface PreparedJournal extends JournalBase {
  readonly phase: 'prepared';
}

/** The user's token is spent; the second one signs. */
export interface ConfiguredJournal extends JournalBase {
  readonly phase: 'configured';
  readonly secondToken?: Sensitive;
  /** When the Connector answered, in ms since the epoch: the second token lives 60 minutes from here. */
  readonly configuredAt: number;
  readonly subject: string;
  readonly urls: ManagementUrls;
}

/** The new pair is durable, and waits for its proof and its swap into the client Secret. */
export interface IssuedJournal extends JournalBase {
  readonly phase: 'issued';
  readonly urls: ManagementUrls;
  /** PEM of the leaf, of the whole chain with the leaf first, and of the CAs. */
  readonly leaf: string;
  readonly chain: string;
  readonly ca: string;
}

/** A pairing or renewal under way, recorded before each step that cannot be repeated. */
export type Journal = PreparedJournal | ConfiguredJournal | IssuedJournal;

/** What the next phase of a journal takes over. */
export function baseOf({ purpose, startedAt, key, tokenHash, holder, epoch }: Journal): JournalBase {
  return {
    purpose,
    startedAt,
    key,
    ...(tokenHash === undefined ? {} : { tokenHash }),
    ...(holder === undefined ? {} : { holder }),
    ...(epoch === undefined ? {} : { epoch }),
  };
}

const PHASES: readonly Journal['phase'][] = ['prepared', 'configured', 'issued'];

/** Whether `later` may take the place of what is stored: it is of the same pairing, by its key, and the stored one has come no further. */
export function isContinuedBy(stored: Journal, later: Journal): boolean {
  if (stored.key.reveal() !== later.key.reveal()) return false;
  if (stored.phase === 'configured' && later.phase === 'configured') return stored.configuredAt <= later.configuredAt;
  return PHASES.indexOf(stored.phase) <= PHASES.indexOf(later.phase);
}

type Raw = Readonly<Record<string, unknown>>;

const isObject = (raw: unknown): raw is Raw => typeof raw === 'object' && raw !== null;

/** The named fields if all of them are texts. */
function texts<K extends string>(raw: unknown, ...keys: readonly K[]): Readonly<Record<K, string>> | undefined {
  if (!isObject(raw) || !keys.every((key) => typeof raw[key] === 'string')) return undefined;
  return raw as Readonly<Record<K, string>>;
}

function decodeBase(raw: Raw): JournalBase | undefined {
  const { purpose, startedAt, key, tokenHash, holder, epoch } = raw;
  if (purpose !== 'pair' && purpose !== 'renew') return undefined;
  if (typeof key !== 'string' || typeof startedAt !== 'number') return undefined;
  return {
    purpose,
    startedAt,
    key: new Sensitive(key),
    ...(typeof tokenHash === 'string' ? { tokenHash } : {}),
    ...(typeof holder === 'string' ? { holder } : {}),
    ...(typeof epoch === 'number' ? { epoch } : {}),
  };
}

function decodePhase(base: JournalBase, raw: Raw): Journal | undefined {
  if (raw['phase'] === 'prepared') return { ...base, phase: 'prepared' };
  const urls = texts(raw['urls'], 'connector', 'director');
  if (!urls) return undefined;
  if (raw['phase'] === 'configured') {
    const fields = texts(raw, 'subject');
    const token = raw['secondToken'];
    const configuredAt = raw['configuredAt'];
    if (!fields || typeof configuredAt !== 'number') return undefined;
    const second = typeof token === 'string' ? { secondToken: new Sensitive(token) } : {};
    return { ...base, phase: 'configured', urls, subject: fields.subject, configuredAt, ...second };
  }
  const pair = raw['phase'] === 'issued' ? texts(raw, 'leaf', 'chain', 'ca') : undefined;
  return pair ? { ...base, phase: 'issued', urls, leaf: pair.leaf, chain: pair.chain, ca: pair.ca } : undefined;
}

export const JOURNAL_FORMAT: DocumentFormat<Journal> = {
  encode: (journal) => ({
    version: 1,
    ...journal,
    key: journal.key.reveal(),
    ...(journal.phase === 'configured' && journal.secondToken ? { secondToken: journal.secondToken.reveal() } : {}),
  }),
  decode(raw) {
    if (!isObject(raw) || raw['version'] !== 1) return undefined;
    const base = decodeBase(raw);
    return base && decodePhase(base, raw);
  },
};

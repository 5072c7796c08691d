import { parseDurationMs } from '#common/duration.ts';
import { withoutCredentials } from '../output/without-credentials.ts';
import type { Variable } from './read-environment.ts';

/** One variable of the agent, and what becomes of it. */
export interface Setting {
  /** As the agent has it. */
  readonly name: string;
  /** Absent where it is not known, or may hold a secret. */
  readonly value?: string;
  /** The name that it has with us; absent where it is not carried over. */
  readonly as?: string;
  /** Why it is not carried over, or what to know about it. */
  readonly note?: string;
}

interface Rule {
  readonly note?: string;
  /** Absent where it is not carried over. */
  readonly isGood?: (value: string) => boolean;
}

const isDuration = (value: string) => {
  const ms = parseDurationMs(value);
  return ms !== undefined && ms >= 100 && ms <= 86_400_000;
};
const isFraction = (value: string) => /^\d*\.?\d+$/.test(value) && Number(value) > 0 && Number(value) < 1;
const isBoolean = (value: string) => /^(?:[01tf]|true|false)$/i.test(value);
const isUrl = (value: string) => /^https?:\/\//i.test(value) && URL.canParse(value);
const isName = (value: string) => /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(value);
const isAnything = () => true;

const CA_BUNDLE = 'mount its file into the sidecar and name it in APP_COMPASS_CA_BUNDLE';
const NO_USE = 'nothing here uses it';

/** Where the agent keeps its Secrets is read, and set by where they were found. */
const PLACE: Rule = { note: 'its Secret is taken over where it is' };

/** What becomes of each setting that the agent's releases knew. */
const RULES: Readonly<Record<string, Rule>> = {
  APP_AGENT_CONFIGURATION_SECRET: PLACE,
  APP_CONNECTION_CONFIG_MAP: PLACE,
  APP_CLUSTER_CERTIFICATES_SECRET: PLACE,
  APP_CA_CERTIFICATES_SECRET: PLACE,
  APP_CONTROLLER_SYNC_PERIOD: { isGood: isDuration },
  APP_MINIMAL_COMPASS_SYNC_TIME: { isGood: isDuration },
  APP_CERT_VALIDITY_RENEWAL_THRESHOLD: { isGood: isFraction },
  APP_SKIP_COMPASS_TLS_VERIFY: { isGood: isBoolean },
  APP_SKIP_APPS_TLS_VERIFY: { isGood: isBoolean },
  APP_CENTRAL_GATEWAY_SERVICE_URL: { isGood: isUrl },
  APP_RUNTIME_EVENTS_URL: { isGood: isUrl },
  APP_RUNTIME_CONSOLE_URL: { isGood: isUrl },
  APP_QUERY_LOGGING: { isGood: isBoolean },
  APP_INTEGRATION_NAMESPACE: { isGood: isName },
  HTTPS_PROXY: { isGood: isAnything },
  https_proxy: { isGood: isAnything },
  NO_PROXY: { isGood: isAnything },
  no_proxy: { isGood: isAnything },
  HTTP_PROXY: { note: 'Compass and the API server are called by https alone' },
  http_proxy: { note: 'Compass and the API server are called by https alone' },
  SSL_CERT_FILE: { note: CA_BUNDLE },
  SSL_CERT_DIR: { note: CA_BUNDLE },
  // The probes of the manifests are there.
  APP_HEALTH_PORT: { isGood: (value) => value === '8090' },
  APP_DIRECTOR_PROXY_PORT: {
    note: "the sidecar's Director proxy serves the containers of its own Pod alone: see `kubectl compass inject --help`",
  },
  APP_DIRECTOR_PROXY_INSECURE_SKIP_VERIFY: {
    note: 'the Director is always verified as APP_SKIP_COMPASS_TLS_VERIFY says',
  },
  APP_GATEWAY_PORT: { note: NO_USE },
  APP_UPLOAD_SERVICE_URL: { note: NO_USE },
  APP_CA_CERT_SECRET_TO_MIGRATE: { note: NO_USE },
  APP_CA_CERT_SECRET_KEYS_TO_MIGRATE: { note: NO_USE },
  APP_METRICS_LOGGING_TIME_INTERVAL: { note: NO_USE },
};

/** What becomes of the agent's settings: each is carried over, or named with the reason. Facts of its Pod are left out. */
export function carryOver(variables: readonly Variable[]): readonly Setting[] {
  return variables
    .filter(({ unknownBecause }) => unknownBecause !== 'it is a fact of the Pod')
    .map(judge)
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'));
}

/** Those that are carried over, as the sidecar's environment. */
export function carriedSettings(settings: readonly Setting[]): Readonly<Record<string, string>> {
  return Object.fromEntries(settings.flatMap(({ as, value }) => (as && value ? [[as, value]] : [])));
}

/** Those that are not, although they said something. */
export function lostSettings(settings: readonly Setting[]): readonly Setting[] {
  return settings.filter(({ as, value, note }) => as === undefined && value !== '' && note !== PLACE.note);
}

function judge({ name, value, unknownBecause }: Variable): Setting {
  if (unknownBecause !== undefined) return { name, note: unknownBecause };
  const rule = RULES[name];
  // Whatever is not known may be a secret.
  if (!rule) return { name, note: name.startsWith('APP_') ? 'no setting of the sidecar' : NO_USE };
  const text = value?.trim() ?? '';
  return text === '' ? { name, value: '', note: 'it is empty' } : judgeKnown(name, text, rule);
}

function judgeKnown(name: string, text: string, { isGood, note }: Rule): Setting {
  const shown = { name, value: withoutCredentials(text) };
  if (!isGood) return { ...shown, ...(note ? { note } : {}) };
  if (!isGood(text)) return { ...shown, note: 'the sidecar does not take this value, and keeps its default' };
  if (text !== shown.value) return { ...shown, note: 'it holds a password: set it on the sidecar by hand' };
  const isInsecure = name === 'APP_SKIP_COMPASS_TLS_VERIFY' && /^(?:1|t|true)$/i.test(text);
  return { ...shown, as: name, ...(isInsecure ? { note: 'anybody on the way can read and change everything' } : {}) };
}

import { CompassError } from '#common/errors.ts';
import { requireKnownSetting } from '../known-setting.ts';
import { nearest } from '../nearest.ts';
import { quoted } from '../quoted.ts';
import { CLIENT_SETTING, CONFIGURATION_SETTING, ownPlaces } from './own-places.ts';
import { DEFAULT_VALUES, type InstallationValues } from './values.ts';

/** What a value of `--set` may be, and how it is read; `read` gives undefined for what it may not be. */
interface Setter {
  readonly allowed: string;
  readonly set: (values: InstallationValues, text: string) => InstallationValues | undefined;
}

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const QUANTITY = /^\d+(?:\.\d+)?(?:m|[kMGTPE]i?)?$/;
const IMAGE = /^[a-z0-9][\w./:@-]*$/i;
const ENVIRONMENT = /^(?:APP_[A-Z0-9_]+|HTTPS_PROXY|NO_PROXY|NODE_EXTRA_CA_CERTS)$/;

function isName(text: string): boolean {
  return text.length <= 240 && text.split('.').every((part) => LABEL.test(part));
}

/** Nothing behind = is the default. */
function simple<K extends keyof InstallationValues>(
  key: K,
  allowed: string,
  read: (text: string) => InstallationValues[K] | null,
): Setter {
  return {
    allowed,
    set: (values, text) => {
      const value = text === '' ? DEFAULT_VALUES[key] : read(text);
      return value === null ? undefined : { ...values, [key]: value };
    },
  };
}

function readSwitch(text: string): boolean | null {
  if (text === 'true') return true;
  return text === 'false' ? false : null;
}

function resource(kind: 'requests' | 'limits', name: string): Setter {
  return {
    allowed: 'a quantity such as 64Mi or 100m, or nothing for none',
    set: (values, text) => {
      if (text !== '' && !QUANTITY.test(text)) return undefined;
      const { [name]: _, ...others } = values.resources[kind];
      const of = text === '' ? others : { ...others, [name]: text };
      return { ...values, resources: { ...values.resources, [kind]: of } };
    },
  };
}

const SETTERS: Readonly<Record<string, Setter>> = {
  image: simple('image', 'the name of an image', (text) => (IMAGE.test(text) ? text : null)),
  imagePullPolicy: simple('imagePullPolicy', 'Always, IfNotPresent or Never', (text) =>
    ['Always', 'IfNotPresent', 'Never'].includes(text) ? text : null,
  ),
  imagePullSecrets: simple('imagePullSecrets', 'names of Secrets, separated by commas', (text) => {
    const names = text.split(',');
    return names.every(isName) ? names : null;
  }),
  replicas: simple('replicas', 'a number from 0 to 9', (text) => (/^\d$/.test(text) ? Number(text) : null)),
  integrationNamespace: simple('integrationNamespace', 'the name of a namespace', (text) =>
    LABEL.test(text) ? text : null,
  ),
  connectionName: simple('connectionName', 'the name of a CompassConnection', (text) => (isName(text) ? text : null)),
  caConfigMap: simple('caConfigMap', 'the name of a ConfigMap', (text) => (isName(text) ? text : null)),
  istioCa: simple('istioCa', 'true or false', readSwitch),
  networkPolicy: simple('networkPolicy', 'true or false', readSwitch),
  'resources.requests.cpu': resource('requests', 'cpu'),
  'resources.requests.memory': resource('requests', 'memory'),
  'resources.limits.cpu': resource('limits', 'cpu'),
  'resources.limits.memory': resource('limits', 'memory'),
};

/** What `--set` takes, for the help. */
export const SET_KEYS: readonly string[] = Object.keys(SETTERS);

/** Settings that have a value of their own, since rights go with them. */
const ALIASES: Readonly<Record<string, string>> = {
  APP_INTEGRATION_NAMESPACE: 'integrationNamespace',
  APP_COMPASS_CONNECTION_NAME: 'connectionName',
};

/**
 * The values with each `key=value` of `--set` in them; a setting of the sidecar is named as its variable, and without a
 * value it is taken back. Throws Usage for an unknown key or setting and for a value that cannot be used.
 */
export function withSets(values: InstallationValues, sets: readonly string[]): InstallationValues {
  const result = sets.reduce(withSet, values);
  return requireOwnSecrets(result, values);
}

function withSet(values: InstallationValues, set: string): InstallationValues {
  const equals = set.indexOf('=');
  if (equals <= 0) throw new CompassError('Usage', `--set ${quoted(set)} is no key=value`);
  const [given, text] = [set.slice(0, equals), set.slice(equals + 1)];
  const key = ALIASES[given] ?? given;
  if (ENVIRONMENT.test(key)) return withSetting(values, key, text);
  const setter = Object.hasOwn(SETTERS, key) ? SETTERS[key] : undefined;
  if (!setter) throw unknownKey(key);
  const next = setter.set(values, text);
  if (next) return next;
  throw new CompassError('Usage', `--set ${given} is ${quoted(text)}, and must be ${setter.allowed}`);
}

function withSetting(values: InstallationValues, name: string, text: string): InstallationValues {
  // One that an installation has from elsewhere can be taken back.
  if (text !== '' || !Object.hasOwn(values.settings, name)) requireKnownSetting('--set', name);
  // The Deployment has it, too, as a number.
  if (name === 'APP_HEALTH_PORT' && !(/^(?:[1-9]\d{0,4})?$/.test(text) && Number(text) <= 65_535)) {
    throw new CompassError('Usage', `--set ${name} is ${quoted(text)}, and must be a port from 1 to 65535`);
  }
  const { [name]: _, ...others } = values.settings;
  return { ...values, settings: text === '' ? others : { ...others, [name]: text } };
}

function unknownKey(key: string): CompassError {
  const meant = nearest(key, SET_KEYS);
  const hint =
    meant === undefined ? `there are ${SET_KEYS.join(', ')}, and the sidecar's settings` : `did you mean ${meant}?`;
  return new CompassError('Usage', `--set knows no ${quoted(key)}; ${hint}`);
}

/** The sidecar's rights on Secrets end with its own namespace; for what it has taken over it was given more. */
function requireOwnSecrets(values: InstallationValues, before: InstallationValues): InstallationValues {
  const { configuration, client } = ownPlaces(values);
  for (const [setting, place] of [
    [CONFIGURATION_SETTING, configuration],
    [CLIENT_SETTING, client],
  ] as const) {
    const isAsBefore = values.settings[setting] === before.settings[setting];
    if (isAsBefore || (place.namespace === values.namespace && isName(place.name))) continue;
    const message = `--set ${setting} names ${place.namespace}/${place.name}, and must be in ${values.namespace}, where the sidecar's rights are`;
    throw new CompassError('Usage', message);
  }
  return values;
}

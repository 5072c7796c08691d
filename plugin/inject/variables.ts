import { CompassError } from '#common/errors.ts';
import { requireKnownSetting } from '../known-setting.ts';

/** A value of a Secret in the namespace of the Pod. */
export interface SecretKey {
  readonly name: string;
  readonly key: string;
}

/** What is said of the sidecar's environment. */
export interface GivenVariables {
  readonly environment: Readonly<Record<string, string>>;
  /** Those whose value is in a Secret, so that the Pod template does not show it. */
  readonly secretEnvironment: Readonly<Record<string, SecretKey>>;
}

/** Reads `--set` and `--set-from-secret`. Throws Usage for what is none, for a setting
 * that the sidecar does not know, and for a variable that both say; without a value. */
export function readVariables(sets: readonly string[], fromSecrets: readonly string[]): GivenVariables {
  const environment = Object.fromEntries(sets.map(variableOf));
  const secretEnvironment = Object.fromEntries(fromSecrets.map(secretVariableOf));
  const twice = Object.keys(environment).find((name) => Object.hasOwn(secretEnvironment, name));
  if (twice === undefined) return { environment, secretEnvironment };
  throw new CompassError('Usage', `--set and --set-from-secret both say what ${twice} is: give one of them`);
}

function variableOf(text: string): readonly [string, string] {
  const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new CompassError('Usage', '--set must be KEY=VALUE');
  requireKnownSetting('--set', name);
  return [name, value];
}

/** Names of Secrets are DNS-1123 subdomains; keys as the API server takes them. */
const FROM_SECRET = /^([A-Za-z_]\w*)=([a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?)\/([-.\w]{1,253})$/;

function secretVariableOf(text: string): readonly [string, SecretKey] {
  const [, variable, name, key] = FROM_SECRET.exec(text) ?? [];
  if (variable === undefined || name === undefined || key === undefined) {
    const message = '--set-from-secret must be KEY=SECRET/KEY, a Secret of the namespace of the workload';
    throw new CompassError('Usage', message);
  }
  requireKnownSetting('--set-from-secret', variable);
  return [variable, { name, key }];
}

import { CompassError } from '#common/errors.ts';
import { isUnknownSetting, SETTINGS, WITHOUT_EFFECT } from '#common/settings.ts';
import { didYouMean } from './nearest.ts';

const IDLE: ReadonlySet<string> = new Set(WITHOUT_EFFECT);
const MEANT = SETTINGS.filter((setting) => !IDLE.has(setting));

/** Throws Usage for a variable that looks like a setting and is none: the sidecar would only warn of it in its log. */
export function requireKnownSetting(flag: string, name: string): void {
  if (!isUnknownSetting(name)) return;
  const meant = didYouMean(name, MEANT) || '; docs/settings.md lists those that there are';
  throw new CompassError('Usage', `${flag} ${name} is no setting of the sidecar of this version${meant}`);
}

import { CompassError } from '#common/errors.ts';
import { VERSION } from '#common/version.ts';
import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { imageOfVersion } from './image.ts';
import type { Installation } from './installed.ts';
import type { RollOutOptions } from './options.ts';
import { withSets } from './set-values.ts';
import { DEFAULT_VALUES, type InstallationValues } from './values.ts';

/**
 * What is to be installed: the values of what is there, or the defaults, with what was set now. The image becomes that of this
 * version, unless somebody named another one. Throws Usage for values that cannot be used.
 */
export function targetValues(
  installation: Installation | undefined,
  { namespace, sets, resetsValues }: Pick<RollOutOptions, 'namespace' | 'sets' | 'resetsValues'>,
): InstallationValues {
  const here = installation?.values.namespace ?? namespace ?? DEFAULT_NAMESPACE;
  const kept = resetsValues ? undefined : installation?.values;
  const base = { ...(kept ?? DEFAULT_VALUES), namespace: here };
  return withSets({ ...base, image: imageOfVersion(base.image, VERSION) }, sets);
}

/** Throws RequestRefused where what runs is newer than what would take its place: it may not know what the other one wrote. */
export function refuseDowngrade(
  installation: Installation | undefined,
  allowsDowngrade: boolean,
  command: string,
): void {
  const { version } = installation ?? {};
  if (version === undefined || allowsDowngrade || !isNewer(version, VERSION)) return;
  const message = `the sidecar is ${version}, and this plugin would put ${VERSION} in its place; nothing was changed`;
  throw new CompassError('RequestRefused', message, { next: `kubectl compass ${command} --allow-downgrade` });
}

/** By major, minor and patch version; what is no version is not newer. */
function isNewer(one: string, other: string): boolean {
  const [parts, others] = [numbersOf(one), numbersOf(other)];
  if (!parts || !others) return false;
  const at = parts.findIndex((part, i) => part !== others[i]);
  return at >= 0 && (parts[at] ?? 0) > (others[at] ?? 0);
}

function numbersOf(version: string): readonly number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match?.slice(1).map(Number);
}

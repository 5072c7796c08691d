import { isDeepStrictEqual } from 'node:util';
import { ANNOTATION_PREFIX } from '#common/resources/names.ts';
import { DEFAULT_VALUES, type InstallationValues } from './values.ts';

/** On the Deployment: the values in which the installation differs, as JSON, so that an upgrade keeps them. */
export const VALUES_ANNOTATION = `${ANNOTATION_PREFIX}installation-values`;

/** The annotation that keeps these values; undefined where there is nothing to keep. */
export function valuesAnnotation(values: InstallationValues): Readonly<Record<string, string>> | undefined {
  const { namespace: _, ...kept } = values;
  const different = Object.entries(kept).filter(
    ([key, value]) => !isDeepStrictEqual(value, DEFAULT_VALUES[key as keyof InstallationValues]),
  );
  if (different.length === 0) return undefined;
  return { [VALUES_ANNOTATION]: JSON.stringify(Object.fromEntries(different)) };
}

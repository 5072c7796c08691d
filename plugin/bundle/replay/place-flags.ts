import type { ParsedFlags } from '../../flags.ts';
import { SAME_PLACE } from '../../kubeconfig/flags.ts';

/** The flags that name a cluster, somebody at it, or the sidecar's place in it. */
export const PLACE_FLAGS: readonly string[] = [...SAME_PLACE, 'namespace'];

/** Those that were given, as they are given once more at a replay. */
export function placeFlags(flags: ParsedFlags): Readonly<Record<string, string | readonly string[]>> {
  return Object.fromEntries(
    PLACE_FLAGS.flatMap((name) => {
      const values = flags.texts(name);
      return values.length > 0 ? [[name, values] as const] : [];
    }),
  );
}

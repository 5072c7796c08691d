import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import type { Flag } from '../flags.ts';

/** Whether a command line is about manifests or about a workload of the cluster. */
export type Where = { readonly files: readonly string[] } | { readonly workload: string };

/** Flags that mean something for a workload of the cluster only. */
const LIVE_ONLY = ['wait', 'timeout', 'dry-run', 'connection'];

/** Flags that mean something for manifests only. */
const FILES_ONLY = ['bindings'];

/**
 * What a command line is about. Throws Usage where it says neither or both, and for a flag that means nothing there: who gave
 * it expects something that would not happen.
 */
export function whereOf({ flags, names }: Pick<Invocation, 'flags' | 'names'>, known: readonly Flag[]): Where {
  const files = flags.texts('filename');
  const [workload] = names;
  const isGiven = (name: string) => known.some((flag) => flag.name === name) && flags.values[name] !== undefined;
  if (files.length > 0) {
    if (workload !== undefined) throw new CompassError('Usage', 'give either TYPE/NAME or -f, not both');
    const idle = LIVE_ONLY.find(isGiven);
    if (idle === undefined) return { files };
    throw new CompassError(
      'Usage',
      `--${idle} means nothing with -f: the manifest is printed, and no cluster is asked`,
    );
  }
  if (workload === undefined) throw new CompassError('Usage', 'say which workload: TYPE/NAME, or a manifest by -f');
  const idle = FILES_ONLY.find(isGiven);
  if (idle !== undefined) {
    throw new CompassError('Usage', `--${idle} means nothing without -f: in the cluster they are always made`);
  }
  return { workload };
}

/** Throws Usage for a time that nobody waits for. */
export function requireWaiting({ flags }: Pick<Invocation, 'flags'>, isDryRun: boolean): void {
  const isWaiting = flags.switched('wait');
  if (isDryRun && isWaiting === true) throw new CompassError('Usage', '--wait means nothing with --dry-run');
  if (flags.text('timeout') === undefined || (!isDryRun && isWaiting !== false)) return;
  throw new CompassError('Usage', `--timeout means nothing with ${isDryRun ? '--dry-run' : '--no-wait'}`);
}

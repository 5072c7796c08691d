import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../../command.ts';
import { type Flag, ParsedFlags } from '../../flags.ts';
import { PLACE_FLAGS, placeFlags } from './place-flags.ts';
import type { Replay } from './replay.ts';

/** For the commands that can look at an archive in place of a cluster. */
export const FROM_BUNDLE_FLAG: Flag = {
  name: 'from-bundle',
  kind: 'text',
  value: 'FILE',
  summary: 'look at an archive of kubectl compass report in place of a cluster',
};

/** A call, and the archive that it looks at, where it does. */
export interface Sourced {
  readonly invocation: Invocation;
  readonly replay: Replay | undefined;
}

/**
 * The call as it is; with --from-bundle one whose cluster, time and place are those of the archive. `live` are the flags
 * of the command that mean nothing then. Throws Usage for these, and what opening the archive throws.
 */
export async function sourceOf(invocation: Invocation, live: readonly string[]): Promise<Sourced> {
  const { flags } = invocation;
  const path = flags.text(FROM_BUNDLE_FLAG.name);
  if (path === undefined) return { invocation, replay: undefined };
  const senseless = live.find((name) => flags.values[name] !== undefined);
  if (senseless !== undefined) {
    throw new CompassError('Usage', `--${senseless} needs a cluster, and --from-bundle is none`);
  }
  const ignored = PLACE_FLAGS.filter((name) => flags.values[name] !== undefined);
  if (ignored.length > 0) {
    const named = ignored.map((name) => `--${name}`).join(', ');
    invocation.hint(`${named}: without a meaning here, since the archive is of one place`);
  }
  const [{ openArchive }, { replayCluster }] = await Promise.all([
    import('./open-archive.ts'),
    import('./replay-cluster.ts'),
  ]);
  const replay = await openArchive(path);
  return { invocation: asOf(invocation, replay, replayCluster(replay.server, replay.exchanges)), replay };
}

/** The same call at the time and the place of an archive. */
export function asOf(
  invocation: Invocation,
  { at, flags, context, environmentNamespace }: Pick<Replay, 'at' | 'flags' | 'context' | 'environmentNamespace'>,
  cluster: Awaited<ReturnType<Invocation['connect']>>['cluster'],
): Invocation {
  const own = Object.entries(invocation.flags.values).filter(([name]) => !PLACE_FLAGS.includes(name));
  return {
    ...invocation,
    // Whatever else an archive has for flags was never asked for.
    flags: new ParsedFlags({ ...Object.fromEntries(own), ...placeFlags(new ParsedFlags(flags)) }),
    env: { ...invocation.env, COMPASS_NAMESPACE: environmentNamespace },
    clock: { ...invocation.clock, now: () => at },
    connect: () => Promise.resolve({ cluster, context, namespace: undefined }),
  };
}

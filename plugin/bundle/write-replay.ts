import type { CheckAnswers } from '../check/answers.ts';
import type { Invocation } from '../command.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import type { ArchiveSink } from './archive-sink.ts';
import type { Ground } from './collectors/collector.ts';
import { documentsOf } from './documents.ts';
import { REPLAY_FILE } from './layout.ts';
import type { Redactor } from './redaction/redactor.ts';
import { placeFlags } from './replay/place-flags.ts';
import type { Replay } from './replay/replay.ts';
import { sanitizeExchanges, takeSnapshot } from './snapshot.ts';

/** What was answered while the report was made. */
export interface Answers {
  check: CheckAnswers | undefined;
  diff: Replay['diff'];
  /** The names of the Applications; undefined where they were not collected. */
  applications: string[] | undefined;
}

/**
 * Looks at the cluster once more, as `status`, `check` and `diff` do, and writes what they are replayed from, and what they
 * say of it. How many documents there are. Throws what the disk throws.
 */
export async function writeReplay(
  { invocation, cluster, redactor, sink }: Pick<Ground, 'invocation' | 'cluster' | 'redactor' | 'sink'>,
  context: string | undefined,
  answers: Answers,
): Promise<number> {
  const at = invocation.clock.now();
  const exchanges = await takeSnapshot(invocation, cluster, invocation.names[0], answers.check ?? {});
  const replay = {
    ...{ at, server: redactor.text(cluster.server), exchanges: sanitizeExchanges(exchanges, redactor) },
    ...placeOf(invocation, context, redactor),
    check: redactor.value(answers.check),
    diff: redactor.value(answers.diff),
    applications: answers.applications,
  };
  return writeDocuments(invocation, sink, replay);
}

/** By whom and where it was asked, so that suggested commands say it again. */
function placeOf(
  { flags, env, names }: Invocation,
  context: string | undefined,
  redactor: Redactor,
): Pick<Replay, 'flags'> & Record<string, unknown> {
  const isNamed = flags.text('namespace') !== undefined;
  return {
    ...(redactor.value({ context }) as { context?: string }),
    asked: names[0],
    environmentNamespace: isNamed ? undefined : sidecarNamespace(flags, env),
    flags: redactor.value(placeFlags(flags)) as Replay['flags'],
  };
}

async function writeDocuments(invocation: Invocation, sink: ArchiveSink, replay: object): Promise<number> {
  // As it will be read, so that nothing is said of it that a replay does not say.
  const read = JSON.parse(JSON.stringify(replay)) as Replay;
  await sink.json(REPLAY_FILE, read);
  const documents = await documentsOf(invocation, read);
  for (const { name, document } of documents) await sink.json(`documents/${name}.json`, document);
  return documents.length;
}

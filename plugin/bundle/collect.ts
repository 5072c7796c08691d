import { CompassError } from '#common/errors.ts';
import { VERSION } from '#common/version.ts';
import type { CheckAnswers } from '../check/answers.ts';
import type { Invocation } from '../command.ts';
import { defaultPlaces } from '../connection/find.ts';
import { documentHead } from '../output/document.ts';
import { ArchiveSink } from './archive-sink.ts';
import type { ArchiveWriter } from './archive-writer.ts';
import { applications } from './collectors/applications.ts';
import { checks } from './collectors/checks.ts';
import { type Collector, Findings, type Ground } from './collectors/collector.ts';
import { diff } from './collectors/diff.ts';
import { events } from './collectors/events.ts';
import { logs } from './collectors/logs.ts';
import { metrics } from './collectors/metrics.ts';
import { rbac, resources } from './collectors/resources.ts';
import { secrets } from './collectors/secrets.ts';
import { versions } from './collectors/versions.ts';
import type { Subject } from './find-sidecar.ts';
import { ARCHIVE_FORMAT, HEAD_FILE, MANIFEST_FILE } from './layout.ts';
import { learnApplications, learnPlanned, learnReported } from './learn-names.ts';
import { type Account, type CollectorEntry, entryOf, manifestDocument, offEntry } from './manifest.ts';
import type { ReportOptions } from './options.ts';
import { Needles } from './redaction/needles.ts';
import { Pseudonyms } from './redaction/pseudonyms.ts';
import { Redactor } from './redaction/redactor.ts';
import { testRedaction } from './redaction/self-test.ts';
import type { Replay } from './replay/replay.ts';
import { withheldFrom } from './withheld.ts';
import { type Answers, writeReplay } from './write-replay.ts';

export interface CollectOptions extends ReportOptions {
  readonly cluster: Ground['cluster'];
  readonly context: string | undefined;
  readonly subject: Subject;
  readonly writer: ArchiveWriter;
}

/**
 * Fills an archive, file by file; the caller gives it its name. Throws Usage where the disk takes no more, Interrupted, and
 * InternalError where the redaction fails its own test; whatever else goes wrong is in the account.
 */
export async function collectReport(invocation: Invocation, options: CollectOptions): Promise<Account> {
  const selfTest = testRedaction();
  const at = invocation.clock.now();
  const needles = new Needles();
  const pseudonyms = options.anonymize ? await namesOf(options) : undefined;
  const redactor = new Redactor(needles, pseudonyms);
  const sink = new ArchiveSink(options.writer, redactor);
  const { connection, namespace } = options.subject;
  const { integrationNamespace } = connection?.places ?? defaultPlaces(namespace);
  const ground: Ground = { invocation, ...options, connection, namespace, integrationNamespace, redactor, sink };
  await sink.json(HEAD_FILE, headOf(at));
  const answers: Answers = { check: undefined, diff: undefined, applications: undefined };
  const collectors: CollectorEntry[] = [];
  for (const collector of collectorsOf(options, needles, answers, pseudonyms)) {
    collectors.push(await runCollector(collector, ground, options));
  }
  collectors.push(await runReplay(ground, options, answers));
  const account: Account = {
    ...{ at, connection: connection?.name, namespace, collectors, selfTest, isAnonymized: options.anonymize },
    knownValues: redactor.known,
    withheld: withheldFrom(options, { taken: redactor.taken, known: redactor.known, keptOut: sink.keptOut }),
  };
  await sink.json(MANIFEST_FILE, redactor.value(manifestDocument(account, options.writer.files)));
  return account;
}

/** The names that are to be replaced, as far as they are known before anything is written. */
async function namesOf({ cluster, subject: { connection, namespace } }: CollectOptions): Promise<Pseudonyms> {
  const { integrationNamespace } = connection?.places ?? defaultPlaces(namespace);
  const pseudonyms = new Pseudonyms([namespace, integrationNamespace, ...(connection ? [connection.name] : [])]);
  if (!(await learnApplications(cluster, pseudonyms))) {
    throw new CompassError('ClusterForbidden', '--anonymize has to know the Applications, which cannot be listed', {
      next: 'kubectl auth can-i list applications.applicationconnector.kyma-project.io',
    });
  }
  if (connection?.found?.report) learnReported(connection.found.report, pseudonyms);
  return pseudonyms;
}

function headOf(at: number): object {
  const { verdict: _verdict, ...head } = documentHead('CollectedReport', { status: '', exitCode: 0 }, at);
  return { ...head, format: ARCHIVE_FORMAT, plugin: VERSION };
}

/** Secrets first, since their values are what is taken out of all else; then what the sidecar answers and reports. */
function collectorsOf(
  { timeoutMs }: ReportOptions,
  needles: Needles,
  answers: Answers,
  pseudonyms: Pseudonyms | undefined,
): readonly Collector[] {
  const keepCheck = (more: CheckAnswers) => {
    answers.check = { ...answers.check, ...more };
  };
  const keepNames = (names: string[]) => {
    answers.applications = names;
  };
  const keepDiff = (answer: Replay['diff']) => {
    answers.diff = answer;
    if (pseudonyms && answer && 'plan' in answer) learnPlanned(answer.plan, pseudonyms);
  };
  return [
    secrets(needles),
    checks(keepCheck, timeoutMs),
    diff(keepDiff, timeoutMs),
    resources,
    rbac,
    applications(keepNames),
    events,
    logs,
    metrics,
    versions,
  ];
}

async function runCollector(collector: Collector, ground: Ground, { off }: ReportOptions): Promise<CollectorEntry> {
  const { name, what } = collector;
  const { progress } = ground.invocation;
  if ((off as ReadonlySet<string>).has(name)) return offEntry(name, what);
  progress.busy(name, 'collecting');
  return told(ground, entryOf(name, what, await collector.collect(ground)));
}

async function runReplay(ground: Ground, { context }: CollectOptions, answers: Answers): Promise<CollectorEntry> {
  const findings = new Findings(ground);
  findings.count((await findings.try(() => writeReplay(ground, context, answers))) ?? 0);
  const what = 'what status, check and diff say of it, and what they are replayed from';
  return told(ground, entryOf('replay', what, findings.result()));
}

/** Says how it went: a step for what is there, with each thing that is not. */
function told({ invocation: { progress } }: Ground, entry: CollectorEntry): CollectorEntry {
  const { name, status, items, notes, problems } = entry;
  const texts = [`${items}`, ...notes, ...problems.map(({ message }) => message)];
  progress.step(status === 'ok' ? 'ok' : status === 'failed' ? 'error' : 'warning', name, texts.join('; '));
  return entry;
}

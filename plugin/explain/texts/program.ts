import type { Reason } from '#common/errors.ts';
import { CHECK, type ExplanationText, LOGS, RETRIED, STATUS } from '../text.ts';

/** CMP00xx: this program, the sidecar's own work, and requests. */
export const PROGRAM_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  InternalError: {
    meaning: 'Something happened that this program was not made for: a bug, in the plugin or in the sidecar.',
    causes: ['a bug of this version', 'an answer of Kubernetes or Compass that nobody had seen before'],
    byItself: `${RETRIED} The plugin ends; the sidecar goes on with everything else.`,
    commands: [
      { command: 'kubectl compass version', does: 'the versions that the report should name' },
      { command: 'kubectl compass logs --since 1h --level error', does: 'the error with its stack, to report it' },
    ],
  },
  InvalidSetting: {
    meaning: 'A setting is not what it can be: a variable of the sidecar (it stops at once), or your kubeconfig.',
    causes: [
      'a value out of its range, or a duration without a unit (15 instead of 15m)',
      'a context, cluster or user that the kubeconfig does not have',
      'KUBECONFIG names a file that is not there',
    ],
    byItself: 'Nothing: the sidecar refuses to start until the setting is corrected, so that nobody runs by accident.',
    commands: [
      { command: 'kubectl config get-contexts', does: 'what your kubeconfig has' },
      {
        command: 'kubectl -n compass-system set env deployment/compass-sidecar --list',
        does: 'the settings of the sidecar',
      },
      LOGS,
    ],
  },
  Usage: {
    meaning: 'The command line cannot be understood. Nothing was done.',
    causes: [
      'a word or flag typed wrong',
      "a flag before the plugin's name: kubectl takes none there",
      'a missing value',
    ],
    byItself: 'Nothing.',
    commands: [
      { command: 'kubectl compass --help', does: 'the list of commands' },
      { command: 'kubectl compass options', does: 'the flags that every command takes' },
    ],
  },
  Stopping: {
    meaning: 'The program was told to terminate (SIGTERM) while it was at work.',
    causes: ['the Pod is being moved, updated or deleted', 'somebody or something killed the plugin'],
    byItself: 'What was under way is in the journal and goes on at the next start; no token is lost by it.',
    commands: [STATUS, { command: 'kubectl -n compass-system get pods', does: 'whether the sidecar runs again' }],
  },
  TimedOut: {
    meaning: 'What was waited for did not happen in time. Only the waiting has ended, not the work.',
    causes: [
      'it takes longer than --timeout allows: a first synchronization of thousands of Applications',
      'the sidecar does not run, or does not lead',
      'Compass does not answer, and the sidecar tries again with growing waits',
    ],
    byItself: 'The request stays, and the sidecar goes on with it.',
    commands: [STATUS, { command: 'kubectl compass status -w', does: 'watch how it goes on' }, LOGS],
  },
  Interrupted: {
    meaning: 'Ctrl-C ended the waiting. The work goes on in the cluster.',
    causes: ['you pressed Ctrl-C'],
    byItself: 'The request stays, and the sidecar goes on with it.',
    commands: [{ command: 'kubectl compass status -w', does: 'watch how it goes on' }],
  },
  RequestSuperseded: {
    meaning: 'A newer request of the same kind took the place of this one before it was carried out.',
    causes: ['a colleague or a pipeline asked for the same thing a moment later'],
    byItself: 'The newer request is carried out, and does the same.',
    commands: [STATUS],
  },
  RequestRefused: {
    meaning: 'The sidecar will not do what was asked of it, and says why in the message.',
    causes: ['a sidecar older than the plugin does not know the request', 'what was asked for contradicts its state'],
    byItself: 'Nothing: the request was answered and taken off.',
    commands: [{ command: 'kubectl compass version', does: 'whether plugin and sidecar fit' }, STATUS],
  },
  NotReady: {
    meaning: 'The connection is not as it was asked for: not healthy, not synchronized, or not yet.',
    causes: ['a fault that status names', 'it was set up only just now'],
    byItself: 'The sidecar works on it, unless status says that a person is needed.',
    commands: [STATUS, { command: 'kubectl compass status -w --until healthy', does: 'wait until it is' }, CHECK],
  },
  NotExplained: {
    meaning: 'The word is no code, reason, state or condition that this version of the plugin knows.',
    causes: ['it is typed wrong', 'it is of a sidecar that is newer than the plugin'],
    byItself: 'Nothing; no cluster was asked.',
    commands: [
      { command: 'kubectl compass explain', does: 'the list of everything that can be explained' },
      { command: 'kubectl compass version', does: 'whether the sidecar is newer' },
    ],
  },
  ArchiveInvalid: {
    meaning: 'The file of --from-bundle is no whole archive of kubectl compass report. Nothing was read from it.',
    causes: [
      'it was cut off on its way, or while it was written',
      'it was unpacked and packed again, or changed',
      'another archive, or one of a later version of this program',
      'it is larger than any archive that this program writes',
    ],
    byItself: 'Nothing.',
    commands: [
      { command: 'kubectl compass version --client', does: 'which version this is' },
      { command: 'kubectl compass report', does: 'make a new archive, where the cluster can be reached' },
    ],
  },
  NotInArchive: {
    meaning: 'What is asked for was not collected when the archive was made, so that nothing is known of it.',
    causes: [
      'a part was switched off: --no-diff, --no-checks, --no-applications',
      'another CompassConnection than the one that the archive is of',
      'an archive of an older version of this program',
    ],
    byItself: 'Nothing.',
    commands: [{ command: 'kubectl compass report', does: 'make a new archive, where the cluster can be reached' }],
  },
  ReportIncomplete: {
    meaning: 'The archive is written and can be used, and something that was wanted is not in it.',
    causes: [
      'your rights do not reach: Secrets, Events or logs may not be read',
      'the sidecar does not run or does not answer, so that it could not check and compute a plan',
      'no kubelet answers for the logs or metrics of a Pod',
    ],
    byItself: 'Nothing: what is missing is not collected later.',
    commands: [
      { command: 'kubectl auth can-i --list -n compass-system', does: 'what you may read' },
      { command: 'kubectl compass report --no-metrics --no-secrets', does: 'leave out what you know to be missing' },
    ],
  },
};

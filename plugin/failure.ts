import { CompassError, messageOf, REASONS, type Reason, reasonOf } from '#common/errors.ts';
import { VERSION } from '#common/version.ts';
import { documentHead, type Remediation, type ReportDocument } from './output/document.ts';
import { shellWords } from './output/shell-words.ts';

const BUG = `this is a bug of kubectl-compass ${VERSION}, please report it with what follows`;

/** A failure as a document: what `-o json` prints instead of a result. */
export function failureDocument(error: unknown, kind: string, now: number, place: Place = {}): ReportDocument {
  const reason = reasonOf(error);
  const requestId = error instanceof CompassError ? error.requestId : undefined;
  return {
    ...documentHead(kind, { status: 'Failed', exitCode: exitCodeOf(error, place) }, now),
    error: { code: REASONS[reason].code, reason, message: messageOf(error), ...(requestId ? { requestId } : {}) },
    remediation: [remediationOf(error instanceof CompassError ? nextOf(error, place) : BUG)],
  };
}

/** A failure for people, on stderr: what failed and, below it, what to do. */
export function formatFailure(error: unknown, place: Place = {}): string {
  const reason = reasonOf(error);
  // A bug of this program is for us to mend: nothing that the table says about the sidecar's helps.
  if (!(error instanceof CompassError)) return `error: ${BUG}\n${stackOf(error)}\n`;
  const { code } = REASONS[reason];
  const requestId = error.requestId ? ` (x-request-id ${error.requestId})` : '';
  return `error: ${onOneLine(error.message + requestId)}\n  ${code} ${reason}; next: ${onOneLine(nextOf(error, place))}\n`;
}

/** What a server or a report says must not look like a line of ours, nor hold what a terminal would obey. */
function onOneLine(text: string): string {
  return withoutControls(text.replace(/\s+/g, ' '));
}

function withoutControls(line: string): string {
  return line.replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
}

/** 1 for a bug, else what the one table says; another in place of 1 where that is an answer of the command. */
export function exitCodeOf(error: unknown, { failureExit = 1 }: Pick<Place, 'failureExit'> = {}): number {
  const { exit } = REASONS[reasonOf(error)];
  return exit === 1 ? failureExit : exit;
}

/** What only the reader knows: run as it stands, this would connect the cluster as the Runtime "ID". */
const TO_FILL_IN = / --runtime-id ID(?: |$)/;

/** What to do, for programs: as arguments where it is a command that can be run as it stands. */
export function remediationOf(next: string): Remediation {
  const isCommand = /^kubectl (?:(?!: ).)*$/.test(next) && !TO_FILL_IN.test(next);
  return isCommand ? { text: next, command: shellWords(next) } : { text: next };
}

export interface Place {
  /** The sidecar's namespace, where it is known. */
  readonly namespace?: string | undefined;
  /** The flags without which a command would go to another cluster: `--context prod-eu`. */
  readonly clusterFlags?: string | undefined;
  /** The namespace that `-n` named: a command of ours says it again. */
  readonly namedNamespace?: string | undefined;
  /** The command that was called: its help says how. */
  readonly command?: string | undefined;
  /** What a failure ends with that would end with 1, where the command means something else by that. */
  readonly failureExit?: number | undefined;
}

/** Who is not let in cannot ask what he may do: here the login is wrong, where the table speaks of the sidecar's. */
const LOGIN = 'kubectl config view --minify';

/** What to do next about an error: what it says itself, else what the table says of its reason. */
export function nextOf({ next, reason }: CompassError, place: Place): string {
  const own = next ?? (reason === 'ClusterUnauthorized' ? LOGIN : undefined);
  return own === undefined ? nextFor(reason, place) : atCluster(own, place);
}

/** Where the table speaks to those who run the sidecar: the plugin's settings are those of the kubeconfig. */
const NEXT_HERE: Partial<Record<Reason, string>> = {
  InvalidSetting: 'kubectl config get-contexts',
  Stopping: REASONS.Interrupted.next,
};

/** What to do next about a reason: a command is one that goes to the same cluster and the sidecar's own namespace. */
export function nextFor(reason: Reason, place: Place): string {
  const { namespace, command } = place;
  if (reason === 'Usage' && command) return `kubectl compass ${command} --help`;
  const next = NEXT_HERE[reason] ?? REASONS[reason].next;
  return atCluster(namespace ? next.replace('-n compass-system', `-n ${namespace}`) : next, place);
}

/** A command with the flags without which it would go to another cluster; a sentence as it is. */
export function atCluster(
  next: string,
  { clusterFlags, namedNamespace }: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): string {
  if (!next.includes('kubectl ') || next.endsWith(' --help')) return next;
  // One that names a namespace is about that one.
  const takesNamespace = next.includes('kubectl compass ') && !/ (?:-n|--namespace)[ =]/.test(next);
  const namespace = namedNamespace && takesNamespace ? `-n ${namedNamespace}` : undefined;
  return [next, namespace, clusterFlags].filter((part) => part).join(' ');
}

function stackOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return stack.split('\n').map(withoutControls).join('\n');
}

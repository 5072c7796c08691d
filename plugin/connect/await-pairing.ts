import type { Cluster, ObjectRef } from '#common/cluster/cluster.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { CompassError, isReason, type Reason } from '#common/errors.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, type ReportedRequest, readReport } from '#common/resources/report.ts';
import type { Invocation } from '../command.ts';
import { REQUEST_TOKEN } from '../compass/one-time-token.ts';
import { LOOK_MS, NEWER, requireAsked } from '../requests/answer.ts';
import { waitFor } from '../wait/wait-for.ts';
import { type Baseline, isNewlyPaired, troubleSince } from './baseline.ts';
import type { ShownSteps } from './show-steps.ts';

export interface PairingWait {
  readonly cluster: Cluster;
  readonly name: string;
  readonly namespace: string;
  readonly baseline: Baseline;
  readonly steps: ShownSteps;
  readonly timeoutMs: number;
  /** What is true of the cluster although the pairing failed: stands behind its reason. */
  readonly afterFailure: string;
  /** Whether the first synchronization is waited for, too. */
  readonly untilSynchronized: boolean;
  /** The id of the `reconnect` that was asked for, where one was: its answer is waited for, too. */
  readonly request?: string | undefined;
}

/**
 * Waits until the sidecar has paired anew, by its report. Throws the reason for which it could not (exit code 5 or 6 by the
 * table), RequestSuperseded where another request took the place of this one, TimedOut with what it was at, Interrupted.
 */
export async function awaitPairing(
  invocation: Pick<Invocation, 'clock' | 'flags' | 'interrupted' | 'progress'>,
  wait: PairingWait,
): Promise<Report> {
  const { cluster, name, namespace, baseline, steps, timeoutMs } = wait;
  let last: Report | undefined;
  let isPaired = false;
  let isSeen = wait.request === undefined;
  const ref = { kind: CONFIG_MAP, name: ownObjectNames(name).report, namespace };
  invocation.progress.busy('sidecar', 'waiting for it to take the token');
  return waitFor<ConfigMap, Report>(invocation, {
    cluster,
    ref,
    timeoutMs,
    look: (map) => {
      const report = readReport(map?.data?.[REPORT_KEY]);
      if (!report) return undefined;
      last = report;
      isSeen ||= wait.request !== undefined && answerTo(report, wait.request) !== undefined;
      steps.show(report);
      isPaired = isNewlyPaired(report, baseline);
      refuseSuperseded(report, wait, isPaired);
      if (!isPaired) return refuseTrouble(report, wait);
      return isComplete(report, wait) ? report : undefined;
    },
    waitingFor: () => {
      if (isPaired) return wait.untilSynchronized ? 'the first synchronization' : 'the answer of the sidecar';
      const at = steps.current ?? 'nothing yet: is the sidecar running?';
      return `a client certificate; the sidecar is at: ${last ? at : 'nothing yet, there is no report of it'}`;
    },
    goOn: 'kubectl compass status -w',
    beside: async (signal) => {
      const { clock } = invocation;
      while (!(signal.aborted || isSeen)) {
        await clock.sleep(LOOK_MS, signal);
        if (!(signal.aborted || isSeen)) await requireOwn(wait, ref);
      }
    },
  });
}

/** Throws RequestSuperseded where nobody will answer the request. */
async function requireOwn({ cluster, name, namespace, request: id }: PairingWait, ref: ObjectRef): Promise<void> {
  if (id === undefined) return;
  await requireAsked(cluster, { connection: { name, namespace }, verb: 'reconnect', id, ref });
}

function isComplete(report: Report, { baseline, untilSynchronized, request }: PairingWait): boolean {
  const isAnswered = request === undefined || answerTo(report, request)?.finished !== undefined;
  return isAnswered && (!untilSynchronized || hasSynchronized(report, baseline));
}

function answerTo({ requests = [] }: Report, id: string): ReportedRequest | undefined {
  return requests.find((request) => request.verb === 'reconnect' && request.id === id);
}

/** Whatever came of the other request, with whatever token: it is not the pairing that was asked for here. */
function refuseSuperseded(report: Report, { request: id }: PairingWait, isPaired: boolean): void {
  const { result, message } = (id === undefined ? undefined : answerTo(report, id)) ?? {};
  if (result !== 'superseded') return;
  const meanwhile = isPaired ? 'has paired: another certificate is in use' : 'goes on';
  const text = `reconnect ${id} was ${message || 'superseded'}; ${NEWER}, and ${meanwhile}`;
  throw new CompassError('RequestSuperseded', text, { next: 'kubectl compass status -w' });
}

/** Throws what keeps the pairing from coming about, once the report says so: by the answer, or by its conditions. */
function refuseTrouble(report: Report, { baseline, request, afterFailure }: PairingWait): undefined {
  const { result, reason, message, requestId } = (request === undefined ? undefined : answerTo(report, request)) ?? {};
  const isRefused = result !== undefined && result !== 'succeeded';
  const trouble = isRefused ? { reason: reason ?? REASON_OF[result], message } : troubleSince(report, baseline);
  if (!trouble) return undefined;
  // A reason that only a newer sidecar knows has no exit code of its own: it is one of Compass.
  const known = isReason(trouble.reason) ? trouble.reason : 'CompassFailed';
  const isOfToken = known === 'TokenRefused' || known === 'TokenRequired';
  throw new CompassError(known, `${withoutAdvice(trouble.message ?? 'the pairing failed')}; ${afterFailure}`, {
    requestId,
    next: isOfToken ? REQUEST_TOKEN : undefined,
  });
}

/** What a sidecar says for those who read its status with kubectl: that it serves on, and how to give it a token. */
function withoutAdvice(message: string): string {
  return message.replace(/; request a new one-time token .*$/, '').replace(/; the present connection serves on$/, '');
}

/** What a result means that comes without a reason. */
const REASON_OF: Readonly<Record<string, Reason>> = {
  refused: 'RequestRefused',
  failed: 'CompassFailed',
};

/** Whether a synchronization ended since, well or not; one that is suspended is not waited for. */
function hasSynchronized(report: Report, { lastSync }: Baseline): boolean {
  const found = report.conditions?.find(({ type }) => type === 'Synchronized');
  if (found?.reason === 'Suspended') return true;
  return found !== undefined && found.status !== 'Unknown' && report.lastSync !== lastSync;
}

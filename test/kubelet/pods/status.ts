import { condition, timeText } from '../controllers/condition.ts';
import type { Pod } from '../pod.ts';
import type { RunningContainer } from './running-container.ts';

interface Containers {
  readonly init: readonly RunningContainer[];
  readonly main: readonly RunningContainer[];
  readonly startedAt: Date;
  readonly isEnding: boolean;
}

/** Whether all init containers have done their part: native sidecars started, others ended well. */
function areInitialized({ spec }: Pod, init: readonly RunningContainer[]): boolean {
  return init.every((one, at) =>
    spec.initContainers?.[at]?.restartPolicy === 'Always' ? one.started : one.exitCode === 0,
  );
}

function phaseOf({ spec }: Pod, main: readonly RunningContainer[], isInitialized: boolean): string {
  const codes = main.map(({ exitCode }) => exitCode);
  const areOver = spec.restartPolicy !== 'Always' && codes.every((code) => code !== undefined);
  if (areOver) return codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
  const isUp = main.every(({ status }) => status['restartCount'] !== 0 || status['imageID'] !== '');
  return isInitialized && isUp ? 'Running' : 'Pending';
}

/** What a kubelet says about a Pod that it runs. */
export function podStatus(
  pod: Pod,
  { init, main, startedAt, isEnding }: Containers,
): Readonly<Record<string, unknown>> {
  const isInitialized = areInitialized(pod, init);
  const natives = init.filter((_, at) => pod.spec.initContainers?.[at]?.restartPolicy === 'Always');
  const unready = [...natives, ...main].filter(({ ready }) => !ready).map(({ name }) => name);
  const isReady = isInitialized && unready.length === 0 && !isEnding;
  const known = pod.status?.conditions ?? [];
  const nowMs = Date.now();
  const set = (type: string, isSo: boolean, reason?: string, message?: string) => {
    const said = reason && message ? { reason, message } : {};
    const next = { type, status: isSo ? 'True' : 'False', ...(isSo ? {} : said) };
    const { lastUpdateTime: _, ...whole } = condition(known, next, nowMs);
    return { ...whole, lastProbeTime: null };
  };
  const message = `containers with unready status: [${unready.join(' ')}]`;
  return {
    phase: phaseOf(pod, main, isInitialized),
    conditions: [
      set('Initialized', isInitialized, 'ContainersNotInitialized', 'containers with incomplete status'),
      set('Ready', isReady, 'ContainersNotReady', message),
      set('ContainersReady', isReady, 'ContainersNotReady', message),
      set('PodScheduled', true),
    ],
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    podIPs: [{ ip: '127.0.0.1' }],
    startTime: timeText(startedAt.getTime()),
    ...(init.length > 0 ? { initContainerStatuses: init.map(({ status }) => status) } : {}),
    containerStatuses: main.map(({ status }) => status),
    qosClass: 'Burstable',
  };
}

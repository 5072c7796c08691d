import { POD } from '#common/cluster/objects.ts';
import { collectionPath } from '#common/cluster/paths.ts';
import { isRecord } from '#common/json.ts';
import { type Pod, sidecarContainer } from '../../connection/sidecar-pod.ts';
import { podFile } from '../layout.ts';
import { type Collector, Findings, type Ground } from './collector.ts';
import { sidecarPods } from './resources.ts';

/** Where the sidecar answers unless its container says otherwise. */
const DEFAULT_PORT = 8090;

/** What each sidecar counts and measures, through the API server's proxy to its Pod. */
export const metrics: Collector = {
  name: 'metrics',
  what: 'the metrics of each running sidecar',
  collect,
};

async function collect(ground: Ground) {
  const findings = new Findings(ground);
  const { cluster, namespace, redactor, sink, invocation } = ground;
  const pods = (await findings.try(() => sidecarPods(cluster, ground))) ?? [];
  const running = pods.filter(({ status }) => status?.phase === 'Running');
  if (running.length === 0) findings.note(`no Pod of a sidecar runs in namespace ${namespace}`);
  for (const pod of running) {
    await findings.try(async () => {
      const { name } = pod.metadata;
      const path = `${collectionPath(POD, namespace)}/${encodeURIComponent(`${name}:${healthPort(pod)}`)}/proxy/metrics`;
      const text = String(await cluster.raw(path, invocation.interrupted));
      const lines = text.split('\n').map((line) => redactor.text(line));
      findings.count(lines.filter((line) => line !== '' && !line.startsWith('#')).length);
      await sink.text(`metrics/${podFile(name)}.txt`, lines.join('\n'));
    });
  }
  return findings.result();
}

/** The port that the container calls `health`. */
function healthPort(pod: Pod): number {
  const name = sidecarContainer(pod);
  const containers: readonly unknown[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const container = containers.find((one) => isRecord(one) && one['name'] === name);
  const ports: unknown = isRecord(container) ? container['ports'] : undefined;
  const health = Array.isArray(ports) ? ports.find((port) => isRecord(port) && port['name'] === 'health') : undefined;
  const number = isRecord(health) ? health['containerPort'] : undefined;
  return typeof number === 'number' ? number : DEFAULT_PORT;
}

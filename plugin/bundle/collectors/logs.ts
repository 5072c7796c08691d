import { CompassError } from '#common/errors.ts';
import type { Pod } from '../../connection/sidecar-pod.ts';
import { logPlace } from '../../logs/pods.ts';
import { readLog } from '../../logs/read.ts';
import { podFile } from '../layout.ts';
import { type Collector, Findings, type Ground } from './collector.ts';
import { sidecarPods } from './resources.ts';

/** Of one log: the newest. */
const MOST_LINES = 200_000;

/** Of one file: what is in memory at a time. */
const PART_BYTES = 4 * 1024 * 1024;

/** For one log to its end, in milliseconds. */
const LONGEST_READ_MS = 120_000;

/** The logs of the sidecar's containers, and of those before them, line by line. */
export const logs: Collector = {
  name: 'logs',
  what: "the logs of the sidecar's containers, current and previous",
  collect,
};

async function collect(ground: Ground) {
  const findings = new Findings(ground);
  const pods = (await findings.try(() => sidecarPods(ground.cluster, ground))) ?? [];
  if (pods.length === 0) findings.note(`no Pod of a sidecar was seen in namespace ${ground.namespace}`);
  for (const pod of pods) {
    await findings.try(() => readOne(ground, pod, false, findings));
    if (wasRestarted(pod)) await findings.try(() => readOne(ground, pod, true, findings));
  }
  return findings.result();
}

/** Only then there is a log of the container before. */
function wasRestarted({ status }: Pod): boolean {
  const all = [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])];
  return all.some(({ restartCount = 0 }) => restartCount > 0);
}

async function readOne(ground: Ground, pod: Pod, previous: boolean, findings: Findings): Promise<void> {
  const { cluster, namespace, redactor, sink, sinceMs, invocation } = ground;
  const file = new LogFile(sink, `logs/${podFile(pod.metadata.name)}/${previous ? 'previous' : 'current'}`);
  const late = AbortSignal.timeout(LONGEST_READ_MS);
  const signal = AbortSignal.any([invocation.interrupted, late]);
  const part = { sinceSeconds: Math.max(1, Math.ceil(sinceMs / 1_000)), tailLines: MOST_LINES, previous };
  const key = new PrivateKeyLines();
  for await (const { at, text } of readLog(cluster, logPlace(pod, namespace), part, signal)) {
    if (!key.hides(text)) await file.write(`${at === '' ? '-' : `${at}Z`} ${redactor.line(text)}\n`);
  }
  const count = await file.end();
  findings.count(count);
  if (count >= MOST_LINES) findings.note(`${pod.metadata.name}: only the last ${MOST_LINES} lines`);
  if (late.aborted) throw new CompassError('ClusterUnreachable', `the log of ${pod.metadata.name} did not end in time`);
}

/** A log, in as many files as it takes. */
class LogFile {
  readonly #sink: Ground['sink'];
  readonly #name: string;
  #lines: string[] = [];
  #bytes = 0;
  #files = 0;
  #count = 0;

  constructor(sink: Ground['sink'], name: string) {
    this.#sink = sink;
    this.#name = name;
  }

  async write(line: string): Promise<void> {
    this.#count += 1;
    this.#bytes += line.length;
    this.#lines.push(line);
    if (this.#bytes > PART_BYTES) await this.#flush();
  }

  /** How many lines there were. A log without any is a file, too. */
  async end(): Promise<number> {
    if (this.#lines.length > 0 || this.#files === 0) await this.#flush();
    return this.#count;
  }

  async #flush(): Promise<void> {
    this.#files += 1;
    await this.#sink.text(`${this.#name}-${String(this.#files).padStart(3, '0')}.log`, this.#lines.join(''));
    this.#lines = [];
    this.#bytes = 0;
  }
}

/** A private key is written over many lines, none of which says what it is but the first. */
class PrivateKeyLines {
  #isInside = false;

  hides(line: string): boolean {
    const was = this.#isInside;
    if (/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?!.*-----END)/.test(line)) this.#isInside = true;
    else if (/-----END [A-Z0-9 ]*PRIVATE KEY-----/.test(line) || !/^[\w+/=:\-, ]{0,80}$/.test(line))
      this.#isInside = false;
    return was && (this.#isInside || /^[\w+/=]*-----END/.test(line));
  }
}

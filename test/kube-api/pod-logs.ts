import type { ServerResponse } from 'node:http';
import { asArray, asObject, asString, at, type JsonObject } from './json.ts';
import type { KubeObject } from './object.ts';
import { badRequest } from './status.ts';

interface LogLine {
  readonly at: Date;
  readonly text: string;
}

interface ContainerLog {
  lines: LogLine[];
  previous: LogLine[] | undefined;
  readonly followers: Set<{ readonly tell: (line: LogLine) => void; readonly end: (how: 'end' | 'cut') => void }>;
}

/** What the kubelets would have: tests put the lines there, or the test kubelet, which runs the containers. */
export class PodLogs {
  readonly #logs = new Map<string, ContainerLog>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** A container writes lines; `when` is the runtime's time of the first, and each is a millisecond after the one before. */
  write(pod: string, container: string, texts: readonly string[], when: Date = this.#now()): void {
    const log = this.#of(pod, container);
    texts.forEach((text, i) => {
      const line = { at: new Date(when.getTime() + i), text };
      log.lines.push(line);
      for (const follower of log.followers) follower.tell(line);
    });
  }

  /** A container starts anew: what it wrote is its previous log. */
  restart(pod: string, container: string): void {
    const log = this.#of(pod, container);
    log.previous = log.lines;
    log.lines = [];
    endAll(log, 'end');
  }

  /** Cuts whoever follows, in the midst of the answer. */
  cut(): void {
    for (const log of this.#logs.values()) endAll(log, 'cut');
  }

  /** How many follow now. */
  get followers(): number {
    return [...this.#logs.values()].reduce((sum, { followers }) => sum + followers.size, 0);
  }

  has(pod: string): boolean {
    return [...this.#logs.keys()].some((key) => key.startsWith(`${pod}/`));
  }

  /** Answers `pods/log`: container, follow, previous, timestamps, tailLines, sinceSeconds and sinceTime. */
  answer(pod: KubeObject, query: URLSearchParams, response: ServerResponse): void {
    const { name } = pod.metadata;
    const log = this.#of(name, containerOf(pod, query.get('container')));
    if (query.get('previous') === 'true' && log.previous === undefined) {
      throw badRequest(`previous terminated container "${query.get('container')}" in pod "${name}" not found`);
    }
    const chosen = chosenLines(query.get('previous') === 'true' ? (log.previous ?? []) : log.lines, query, this.#now());
    const write = (line: LogLine) =>
      response.write(`${query.get('timestamps') === 'true' ? stamp(line.at) : ''}${line.text}\n`);
    response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-cache, private' });
    response.flushHeaders();
    for (const line of chosen) write(line);
    if (query.get('follow') !== 'true') {
      response.end();
      return;
    }
    const follower = {
      tell: write,
      end: (how: 'end' | 'cut') => (how === 'cut' ? response.destroy() : response.end()),
    };
    log.followers.add(follower);
    response.on('close', () => log.followers.delete(follower));
  }

  #of(pod: string, container: string): ContainerLog {
    const key = `${pod}/${container}`;
    const log = this.#logs.get(key) ?? { lines: [], previous: undefined, followers: new Set() };
    this.#logs.set(key, log);
    return log;
  }
}

function endAll({ followers }: ContainerLog, how: 'end' | 'cut'): void {
  for (const follower of followers) follower.end(how);
  followers.clear();
}

function containerOf(pod: KubeObject, asked: string | null): string {
  const named = (list: string) =>
    asArray(at(pod, 'spec', list)).map((container) => asString(asObject(container as JsonObject)['name']));
  const names = named('containers');
  if (asked !== null && [...names, ...named('initContainers')].includes(asked)) return asked;
  const { name } = pod.metadata;
  if (asked !== null) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  if (names.length === 1) return names[0] ?? '';
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`);
}

function chosenLines(lines: readonly LogLine[], query: URLSearchParams, now: Date): readonly LogLine[] {
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  const since = seconds !== null ? now.getTime() - Number(seconds) * 1_000 : time !== null ? Date.parse(time) : 0;
  const recent = lines.filter((line) => line.at.getTime() >= since);
  const tail = query.get('tailLines');
  return tail === null ? recent : recent.slice(Math.max(0, recent.length - Number(tail)));
}

/** As container runtimes write it: nine digits of a second, always. */
function stamp(time: Date): string {
  return `${time.toISOString().replace('Z', '000000Z')} `;
}

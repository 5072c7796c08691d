import { freePorts } from '../../cluster/genuine/ports.ts';
import type { Container, Pod } from '../pod.ts';
import { isSidecar } from './images.ts';

const HEALTH_PORT = 8090;
const SETTINGS = ['APP_HEALTH_PORT', 'APP_DIRECTOR_PROXY_PORT'];

/** The ports of one Pod: Pods have no network of their own here, so each of its ports is a free one of this machine. */
export class Ports {
  readonly #free = new Map<number, number>();

  /** Finds free ones for all that the Pod declares, and for those that the sidecar's settings name. */
  async find({ spec }: Pod): Promise<void> {
    const containers = [...(spec.initContainers ?? []), ...spec.containers];
    const wanted = new Set(containers.flatMap(declared).filter((port) => port > 0));
    const found = await freePorts(wanted.size);
    for (const [at, port] of [...wanted].entries()) this.#free.set(port, found[at] ?? 0);
  }

  /** Where a port of the Pod is on this machine. */
  of(port: number): number {
    return this.#free.get(port) ?? port;
  }

  get all(): ReadonlyMap<number, number> {
    return this.#free;
  }

  /** A port by its number or, where a container gives it one, its name. */
  named(port: number | string, { ports = [] }: Container): number {
    const number = ports.find(({ name }) => name === port)?.containerPort ?? Number(port);
    return this.of(number);
  }

  /** A text with the Pod's ports as they are here: a port alone, or one of loopback. */
  translate(text: string): string {
    if (/^\d+$/.test(text)) return String(this.of(Number(text)));
    return text.replace(
      /(127\.0\.0\.1|localhost|\[::1\]):(\d+)/g,
      (_, host: string, port: string) => `${host}:${this.of(Number(port))}`,
    );
  }
}

function declared({ image, ports = [], env = [] }: Container): readonly number[] {
  const own = ports.map(({ containerPort }) => containerPort);
  if (!isSidecar(image)) return own;
  const said = SETTINGS.map((setting) => Number(env.find(({ name }) => name === setting)?.value ?? 0));
  return [HEALTH_PORT, ...own, ...said];
}

/** The settings that name the sidecar's ports, as they are here. */
export function sidecarPorts({ image, env = [] }: Container, ports: Ports): Readonly<Record<string, string>> {
  if (!isSidecar(image)) return {};
  const said = env.find(({ name }) => name === 'APP_HEALTH_PORT')?.value;
  return { APP_HEALTH_PORT: String(ports.of(Number(said ?? HEALTH_PORT))) };
}

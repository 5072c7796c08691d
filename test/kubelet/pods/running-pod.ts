import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICE_ACCOUNT_FOLDER } from '#common/cluster/in-cluster.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';
import type { PodLogs } from '../../kube-api/pod-logs.ts';
import type { Container, Pod } from '../pod.ts';
import { writeAccount } from './account.ts';
import { environmentOf } from './environment.ts';
import { type Images, isSidecar, programOf } from './images.ts';
import { Ports, sidecarPorts } from './ports.ts';
import { RunningContainer, type Start } from './running-container.ts';
import { podStatus } from './status.ts';
import { Volumes } from './volumes.ts';

/** What all Pods of a kubelet share. */
export interface Node {
  readonly api: TestCluster;
  readonly images: Images;
  /** Variables of every sidecar, which its own go before. */
  readonly env: Readonly<Record<string, string>>;
  readonly logs: PodLogs;
  /** Where what outlives a Pod is kept. */
  readonly claims: string;
  /** The state of a Pod is another one. */
  readonly onChange: () => void;
}

/** One Pod whose containers run as processes of this machine. */
export class RunningPod {
  readonly ports = new Ports();
  readonly #node: Node;
  readonly #volumes = new Volumes();
  readonly #init: readonly RunningContainer[];
  readonly #main: readonly RunningContainer[];
  readonly #lines = new Map<string, string[]>();
  readonly startedAt = new Date();
  #pod: Pod;
  #folder = '';
  #isEnding = false;
  #hasEnded = false;

  constructor(pod: Pod, node: Node) {
    this.#pod = pod;
    this.#node = node;
    this.#init = (pod.spec.initContainers ?? []).map((container) => this.#container(container, true));
    this.#main = pod.spec.containers.map((container) => this.#container(container, false));
  }

  get name(): string {
    return this.#pod.metadata.name;
  }

  get namespace(): string {
    return this.#pod.metadata.namespace ?? '';
  }

  get labels(): Readonly<Record<string, string>> {
    return this.#pod.metadata.labels ?? {};
  }

  /** A container by its name, native sidecars and init containers too. */
  container(name: string): RunningContainer {
    const found = [...this.#init, ...this.#main].find((one) => one.name === name);
    if (!found) throw new Error(`Pod ${this.name} has no container ${name}`);
    return found;
  }

  /** Where a volume lies on this machine. */
  volume(name: string): string {
    return this.#volumes.folder(name);
  }

  /** Where a port of the Pod is on this machine. */
  port(port: number): number {
    return this.ports.of(port);
  }

  /** All that a container printed, line by line, over all its restarts. */
  lines(container: string): readonly string[] {
    return this.#lines.get(container) ?? [];
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** As the Pod's status is to be. */
  status(): Readonly<Record<string, unknown>> {
    return podStatus(this.#pod, {
      init: this.#init,
      main: this.#main,
      startedAt: this.startedAt,
      isEnding: this.#isEnding,
    });
  }

  /** The Pod as the API server has it now. */
  see(pod: Pod): void {
    this.#pod = pod;
  }

  /** Init containers one after the other, then all others at once. */
  async start(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'compass-pod-'));
    await this.ports.find(this.#pod);
    this.#node.api.embedded?.ports.open(this.namespace, this.name, this.ports.all);
    for (const [at, one] of this.#init.entries()) {
      if (this.#isEnding) return;
      one.start();
      const isNative = this.#pod.spec.initContainers?.[at]?.restartPolicy === 'Always';
      if (isNative) await this.#until(() => one.started);
      else await one.ended;
    }
    if (this.#isEnding) return;
    for (const one of this.#main) one.start();
  }

  /** Main containers first, native sidecars after them, in the opposite order of their start. */
  async stop(graceMs: number): Promise<void> {
    if (this.#isEnding && graceMs > 0) return;
    this.#isEnding = true;
    const endMs = performance.now() + graceMs;
    const left = () => Math.max(0, endMs - performance.now());
    await Promise.all(this.#main.map((one) => one.stop(left())));
    for (const one of this.#init.toReversed()) await one.stop(left());
    this.#node.api.embedded?.ports.close(this.namespace, this.name, this.ports.all);
    await this.#volumes.remove();
    await rm(this.#folder || join(tmpdir(), 'compass-pod-none'), { recursive: true, force: true });
    this.#hasEnded = true;
    this.#node.onChange();
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!(isSo() || this.#isEnding)) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  #container(container: Container, isInit: boolean): RunningContainer {
    const { logs, onChange } = this.#node;
    const isNative = isInit && container.restartPolicy === 'Always';
    const printed: string[] = [];
    this.#lines.set(container.name, printed);
    return new RunningContainer({
      container,
      ports: this.ports,
      restarts: isInit && !isNative ? 'OnFailure' : ((this.#pod.spec.restartPolicy ?? 'Always') as 'Always'),
      prepare: () => this.#prepare(container),
      onLine: (line) => {
        printed.push(line);
        logs.write(this.name, container.name, [line]);
      },
      onRestart: () => logs.restart(this.name, container.name),
      onChange,
    });
  }

  /** Everything that a container is started with. Throws what stands in the way: a Secret that is not there, say. */
  async #prepare(container: Container): Promise<Start> {
    const { api, images, env, claims, logs } = this.#node;
    const program = await programOf(container, images);
    if (program === 'missing') {
      const error = new Error(`Back-off pulling image "${container.image}"`);
      throw Object.assign(error, { name: 'ImagePullBackOff' });
    }
    logs.write(this.name, container.name, []);
    await this.#volumes.make(api.cluster, this.#pod, claims);
    const account = join(this.#folder, 'serviceaccount');
    const kubeconfig = await writeAccount(api, this.#pod, account);
    const asked = await environmentOf(api.cluster, this.#pod, container);
    const translate = this.#translation(container, account);
    const values = Object.entries(asked).map(([name, value]) => [name, translate(value)]);
    const { hostname, port } = new URL(api.server);
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    const command = program === 'idle' ? program : program.map((part, at) => (at === 0 ? part : translate(part)));
    return {
      command,
      cwd: this.#folder,
      env: {
        PATH,
        NODE_COMPILE_CACHE,
        HOSTNAME: this.#pod.spec.hostname ?? this.name,
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
        ...(kubeconfig ? { KUBECONFIG: kubeconfig } : {}),
        ...(isSidecar(container.image) ? env : {}),
        ...Object.fromEntries(values),
        ...sidecarPorts(container, this.ports),
      },
    };
  }

  /** Paths of volumes and ports in a text become those of this machine: containers have no root and network of their own. */
  #translation({ volumeMounts = [] }: Container, account: string): (text: string) => string {
    const paths = volumeMounts
      .filter(({ name }) => this.#pod.spec.volumes?.some((volume) => volume.name === name))
      .map(({ name, mountPath, subPath = '' }) => [mountPath, join(this.#volumes.folder(name), subPath)] as const);
    const all = [...paths, [SERVICE_ACCOUNT_FOLDER, account] as const].toSorted(
      ([left], [right]) => right.length - left.length,
    );
    return (text) => {
      const found = all.find(([path]) => text.includes(path));
      return this.ports.translate(found ? text.replaceAll(found[0], found[1]) : text);
    };
  }
}

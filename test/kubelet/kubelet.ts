import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { systemClock } from '#common/clock.ts';
import { DEPLOYMENT, type Kind, type KubeObject, POD } from '#common/cluster/objects.ts';
import { keepWatching } from '#common/cluster/watch.ts';
import { hasReason, messageOf } from '#common/errors.ts';
import { DAEMON_SET, STATEFUL_SET } from '../../plugin/inject/live/kinds.ts';
import type { TestCluster } from '../cluster/start-test-cluster.ts';
import { PodLogs } from '../kube-api/pod-logs.ts';
import { carryOut } from './controllers/carry-out.ts';
import { planDaemonSet } from './controllers/daemon-set.ts';
import { planDeployment } from './controllers/deployment.ts';
import { isEnding, isOwnedBy, NODE_NAME, type Plan, type Situation } from './controllers/pods-of.ts';
import { planStatefulSet } from './controllers/stateful-set.ts';
import { openNode } from './node.ts';
import type { Pod, Workload } from './pod.ts';
import type { Images } from './pods/images.ts';
import { type Node, RunningPod } from './pods/running-pod.ts';

export interface KubeletOptions {
  /** What images hold; `compass-sidecar` is the built sidecar, and an image that is not named is idle: it runs, and is ready. */
  readonly images?: Images;
  /** Variables of every sidecar unless its template sets them: where a test's Compass and its CA are. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Workload controllers and the kubelet of one node. */
export interface Kubelet {
  /** The Pods that run now, also those that end, by namespace and, where given, labels. */
  pods(namespace: string, labels?: Readonly<Record<string, string>>): readonly RunningPod[];
  /** A running Pod by its name; throws where there is none. */
  pod(namespace: string, name: string): RunningPod;
  /** What failed lately and is tried again, for messages of tests. */
  readonly problems: readonly string[];
  /** Kills all that runs, and looks at nothing any more; at the end of the test it happens by itself. */
  stop(): Promise<void>;
}

const CONTROLLERS: readonly (readonly [Kind, (situation: Situation) => Plan])[] = [
  [DEPLOYMENT, planDeployment],
  [STATEFUL_SET, planStatefulSet],
  [DAEMON_SET, planDaemonSet],
];

/** Things become due without an event: a Pod that is available, a rollout that is late. */
const TICK_MS = 500;
const SHORTEST_PAUSE_MS = 20;

/**
 * Plays the controllers of Deployments, StatefulSets and DaemonSets, and a kubelet: Pods are made from templates, and their
 * containers run as processes of this machine, with the token, the variables and the volumes that the template says. It
 * sees a change at once, and ends with the test, before the cluster does.
 */
export async function startKubelet(
  _t: TestContext,
  api: TestCluster,
  { images = {}, env = {} }: KubeletOptions = {},
): Promise<Kubelet> {
  const claims = await mkdtemp(join(tmpdir(), 'compass-claims-'));
  const logs = api.embedded?.logs ?? new PodLogs(() => new Date());
  const door = api.embedded ? undefined : await openNode(api, logs);
  const running = new Loop(api, (onChange) => ({ api, images, env, logs, claims, onChange }));
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= (async () => {
      await running.stop();
      await door?.close();
      await rm(claims, { recursive: true, force: true });
    })();
    return stopped;
  };
  api.beforeEnd(stop);
  running.start();
  return {
    problems: running.problems,
    stop,
    pods: (namespace, labels = {}) =>
      running.pods.filter(
        (pod) =>
          pod.namespace === namespace && Object.entries(labels).every(([name, value]) => pod.labels[name] === value),
      ),
    pod(namespace, name) {
      const found = running.pods.find((pod) => pod.namespace === namespace && pod.name === name);
      if (!found) throw new Error(`no Pod ${namespace}/${name} runs; last problems: ${running.problems.join('; ')}`);
      return found;
    },
  };
}

/** Looks at all there is, again and again, and does what follows; watches only tell it when. */
class Loop {
  readonly #api: TestCluster;
  readonly #node: Node;
  readonly #running = new Map<string, RunningPod>();
  readonly #failures = new Map<string, string | undefined>();
  readonly #stopping = new AbortController();
  #ended: Promise<unknown> = Promise.resolve();
  #wake: () => void = () => undefined;
  #isAwake = true;
  problems: string[] = [];

  constructor(api: TestCluster, nodeFor: (onChange: () => void) => Node) {
    this.#api = api;
    this.#node = nodeFor(() => this.#turn());
  }

  get pods(): readonly RunningPod[] {
    return [...this.#running.values()];
  }

  start(): void {
    const { signal } = this.#stopping;
    const options = { clock: systemClock, random: Math.random, signal, onEvent: () => this.#turn() };
    const watches = [POD, ...CONTROLLERS.map(([kind]) => kind)].map((kind) =>
      keepWatching(this.#api.cluster, kind, options),
    );
    this.#ended = Promise.all([...watches, this.#run()]);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#ended;
    await Promise.all(this.pods.map((pod) => pod.stop(0)));
  }

  #turn(): void {
    this.#isAwake = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#isAwake = false;
      await this.#look().catch((error: unknown) => this.#note(error));
      await systemClock.sleep(SHORTEST_PAUSE_MS, this.#stopping.signal);
      if (!this.#isAwake) await this.#change();
    }
  }

  /** Waits until something may be due. */
  async #change(): Promise<void> {
    const woken = new AbortController();
    this.#wake = () => woken.abort();
    if (this.#stopping.signal.aborted) return;
    await systemClock.sleep(TICK_MS, woken.signal);
  }

  #note(error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.problems.push(messageOf(error));
    if (this.problems.length > 20) this.problems.shift();
  }

  async #all<T extends KubeObject>(kind: Kind): Promise<readonly T[]> {
    const found: T[] = [];
    for await (const { items } of this.#api.cluster.listPages<T>(kind)) found.push(...items);
    return found;
  }

  async #look(): Promise<void> {
    const pods = await this.#all<Pod>(POD);
    for (const [kind, plan] of CONTROLLERS) {
      for (const workload of await this.#all<Workload>(kind)) {
        await this.#control(kind, plan, workload, pods).catch((error: unknown) => this.#note(error));
      }
    }
    const ours = pods.filter(({ spec }) => spec.nodeName === NODE_NAME);
    for (const pod of ours) await this.#serve(pod).catch((error: unknown) => this.#note(error));
    const uids = new Set(ours.map(({ metadata }) => metadata.uid));
    for (const [uid, pod] of this.#running) if (!uids.has(uid)) this.#forget(uid, pod);
  }

  async #control(kind: Kind, plan: (situation: Situation) => Plan, workload: Workload, all: readonly Pod[]) {
    const { uid = '', deletionTimestamp } = workload.metadata;
    if (deletionTimestamp) return;
    const pods = all.filter((pod) => isOwnedBy(pod, workload));
    const situation = { workload, pods, failure: this.#failures.get(uid), nowMs: Date.now() };
    this.#failures.set(uid, await carryOut(this.#api, kind, workload, plan(situation)));
  }

  /** Runs a Pod, says how it is, and ends it when it is to go. */
  async #serve(pod: Pod): Promise<void> {
    const { uid = '', name, namespace, deletionGracePeriodSeconds = 30 } = pod.metadata;
    const known = this.#running.get(uid);
    if (!known && isEnding(pod)) return this.#remove(pod);
    const running = known ?? new RunningPod(pod, this.#node);
    running.see(pod);
    if (!known) {
      this.#running.set(uid, running);
      running.start().catch((error: unknown) => this.#note(error));
    }
    if (isEnding(pod)) void running.stop(deletionGracePeriodSeconds * 1_000);
    if (running.hasEnded) return this.#remove(pod);
    const status = running.status();
    if (isDeepStrictEqual({ ...pod.status, ...status }, { ...pod.status })) return;
    const options = { fieldManager: 'kubelet', subresource: 'status' as const };
    try {
      await this.#api.cluster.mergePatch({ kind: POD, name, namespace }, { metadata: { uid }, status }, options);
    } catch (error) {
      if (!hasReason(error, 'ClusterNotFound', 'ClusterConflict')) throw error;
    }
  }

  /** Its last word: the Pod has ended, and its object goes. */
  async #remove({ metadata: { name, namespace, uid } }: Pod): Promise<void> {
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    await this.#api.request('DELETE', path, { body: { gracePeriodSeconds: 0, preconditions: { uid } } });
  }

  /** Somebody deleted it without grace, or we did after its end. */
  #forget(uid: string, pod: RunningPod): void {
    this.#running.delete(uid);
    if (!pod.hasEnded) void pod.stop(0);
  }
}

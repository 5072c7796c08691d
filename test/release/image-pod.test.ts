import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { chargedWith } from '../bench/sync/process-memory.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { until } from '../cluster/until.ts';
import { renderKustomization } from '../sidecar/deploy/render.ts';
import { findArtefact } from './artefacts.ts';
import { ACCOUNT_FOLDER, CA_FILE, type ContainerWorld, startContainerWorld } from './contained-sidecar.ts';
import { startPodman } from './podman.ts';

interface Container {
  readonly image: string;
  readonly env: readonly { readonly name: string }[];
  readonly volumeMounts: readonly object[];
  readonly ports: readonly object[];
  readonly startupProbe: object;
  readonly livenessProbe: object;
  readonly readinessProbe: object;
}

interface Deployment extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [Container]; readonly volumes: readonly object[] };
    };
  };
}

/**
 * The Deployment's Pod with what the kubelet would add to it, on the host's network, where the world listens: without ports, which
 * podman would map, and without probes, which podman runs in the container, by curl.
 */
async function podOf(world: ContainerWorld, image: string): Promise<KubeObject> {
  const objects = await renderKustomization();
  const { template } = (objects.find(({ kind }) => kind === 'Deployment') as Deployment).spec;
  const { startupProbe, livenessProbe, readinessProbe, ports, ...container } = template.spec.containers[0];
  assert.ok(startupProbe && livenessProbe && readinessProbe && ports);
  const env = Object.entries(world.env).map(([name, value]) => ({ name, value }));
  const isOurs = (name: string) => name in world.env;
  const mounts = [
    { name: 'account', mountPath: ACCOUNT_FOLDER, readOnly: true },
    { name: 'ca', mountPath: CA_FILE, readOnly: true },
  ];
  const volumes = [
    { name: 'account', hostPath: { path: world.account, type: 'Directory' } },
    { name: 'ca', hostPath: { path: world.caFile, type: 'File' } },
  ];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'sidecar', labels: { app: 'sidecar' } },
    spec: {
      ...template.spec,
      hostNetwork: true,
      containers: [
        {
          ...container,
          image,
          imagePullPolicy: 'Never',
          env: [...container.env.filter(({ name }) => !isOurs(name)), ...env],
          volumeMounts: [...container.volumeMounts, ...mounts],
        },
      ],
      volumes: [...template.spec.volumes, ...volumes],
    },
  } as KubeObject;
}

async function writePod(t: TestContext, pod: KubeObject): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-pod-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'pod.yaml');
  await writeFile(file, JSON.stringify(pod));
  return file;
}

test('the Pod of the Deployment runs the image: with its user, its restrictions, its volume and its limit', {
  skip: NO_KUBECTL,
}, async (t) => {
  const podman = await startPodman(t);
  if (typeof podman === 'string') return t.skip(podman);
  const image = await podman.load(findArtefact('image/compass-sidecar_*_linux_amd64.tar'));
  const world = await startContainerWorld(t);
  await podman.run('tag', image, 'localhost/compass-sidecar:tried');
  const file = await writePod(t, await podOf(world, 'localhost/compass-sidecar:tried'));
  await podman.run('play', 'kube', '--build=false', '--network=host', file);
  await world.configure();
  await world.reaches('Synchronized');
  await until('it is ready', async () => (await world.readiness()) === 200);

  const name = 'sidecar-sidecar';
  const [{ State, Config, HostConfig }] = JSON.parse(await podman.run('inspect', name)) as [
    {
      readonly State: { readonly Pid: number };
      readonly Config: { readonly User: string };
      readonly HostConfig: {
        readonly ReadonlyRootfs: boolean;
        readonly CapDrop: readonly string[];
        readonly Memory: number;
      };
    },
  ];
  assert.deepEqual([Config.User, HostConfig.ReadonlyRootfs], ['65532:65532', true]);
  assert.equal(HostConfig.Memory, 96 * 1024 * 1024);
  assert.ok(HostConfig.CapDrop.length > 0);
  assert.equal(chargedWith(State.Pid).kills(), 0);

  await podman.run('stop', '--time', '180', name);
  assert.equal(await podman.run('inspect', '--format', '{{.State.ExitCode}} {{.State.OOMKilled}}', name), '0 false');
});

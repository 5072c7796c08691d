import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { CONFIG_MAP, type ConfigMap, EVENT, type KubeObject, SECRET, type Secret } from '#common/cluster/objects.ts';
import { ownObjectNames } from '#common/resources/names.ts';
import { REPORT_KEY, type Report, readReport } from '#common/resources/report.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import type { KubeApi } from '../../kube-api/kube-api.ts';
import type { FaultWorld } from '../world.ts';

/** One Application is synchronized, by a sidecar in this process. */
export async function synchronized(world: FaultWorld, env: Readonly<Record<string, string>> = {}): Promise<void> {
  world.simulator.landscape.createApplication({ name: 'orders' });
  world.here(env);
  await world.configure();
  await world.reaches('Synchronized');
}

export type ClientSecret = Readonly<Record<'crt' | 'key' | 'crtChain', string>>;

export async function clientSecret(world: FaultWorld): Promise<ClientSecret | undefined> {
  return (await world.secret(CLIENT.namespace, CLIENT.name)) as ClientSecret | undefined;
}

/** Waits, as long as a deleted or damaged Secret may take. */
export function clientSecretIs(world: FaultWorld, expected: ClientSecret): Promise<ClientSecret> {
  const isThere = async () => {
    const present = await clientSecret(world);
    return present && JSON.stringify(Object.entries(present).toSorted()) === textOf(expected) && present;
  };
  return until('the client Secret is as expected', isThere, 10_000);
}

const textOf = (secret: ClientSecret) => JSON.stringify(Object.entries(secret).toSorted());

/** As somebody with an editor, or a backup, writes the client Secret; null takes a key away. */
export async function editClientSecret(world: FaultWorld, values: Partial<Record<keyof ClientSecret, string | null>>) {
  const data = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, value && Buffer.from(value).toString('base64')]),
  );
  const { metadata } = await world.cluster.cluster.mergePatch<Secret>({ kind: SECRET, ...CLIENT }, { data });
  world.harm.add(metadata.resourceVersion ?? '');
}

export function fingerprintOf({ crt }: Pick<ClientSecret, 'crt'>): string {
  return new X509Certificate(crt).fingerprint256.replaceAll(':', '').toLowerCase();
}

/** Asks for a renewal, and waits for it; the pair that it gave. */
export async function renew(world: FaultWorld): Promise<ClientSecret> {
  const before = await clientSecret(world);
  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  return until('another pair is stored', async () => {
    const present = await clientSecret(world);
    return present && before && present.crt !== before.crt && present;
  });
}

/** How many pairings a user's token paid for. */
export const pairings = (world: FaultWorld) => world.count('connector', 'signCertificateSigningRequest');

interface CoreEvent extends KubeObject {
  readonly reason: string;
  readonly type: string;
  readonly message: string;
  readonly count: number;
}

export async function eventsOf(world: FaultWorld, reason: string): Promise<readonly CoreEvent[]> {
  const events: CoreEvent[] = [];
  for await (const page of world.cluster.cluster.listPages<CoreEvent>(EVENT)) events.push(...page.items);
  return events.filter((event) => event.reason === reason);
}

export function embedded({ cluster }: FaultWorld): KubeApi {
  return cluster.embedded ?? assert.fail('this needs the embedded API server');
}

/** Rows whose fault only the embedded server can bring about. */
export const EMBEDDED_ONLY = {
  skip: process.env['COMPASS_TEST_TARGET'] === 'genuine' ? 'the genuine server has no faults' : undefined,
};

/** The HTTP status of a probe of the sidecar in this process. */
export async function probe({ sidecars }: FaultWorld, path: 'livez' | 'readyz'): Promise<number> {
  const port = sidecars.at(-1)?.lines.find(({ msg }) => msg === 'started')?.['healthPort'];
  return (await fetch(`http://127.0.0.1:${port}/${path}`)).status;
}

export async function metricsOf({ sidecars }: FaultWorld): Promise<string> {
  const port = sidecars.at(-1)?.lines.find(({ msg }) => msg === 'started')?.['healthPort'];
  return (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
}

export async function reportOf({ cluster: { cluster } }: FaultWorld): Promise<Report | undefined> {
  const { report: name } = ownObjectNames('compass-connection');
  const object = await cluster.find<ConfigMap>({ kind: CONFIG_MAP, name, namespace: 'compass-system' });
  return readReport(object?.data?.[REPORT_KEY]);
}

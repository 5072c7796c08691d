import assert from 'node:assert/strict';
import { formatTime } from '#common/clock.ts';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT } from '../../journeys/world.ts';
import { FOREIGN } from '../world.ts';
import type { CrashWorld } from './crash-world.ts';

/** Something that a process does between its start and its rest, and that is killed in between. */
export interface Scenario {
  readonly name: ScenarioName;
  /** At which point a minute passes at once, where the scenario needs one. */
  readonly jumpAt?: string;
  /** Brings the world to where a process begins with it. No sidecar runs when it resolves. */
  prepare(crash: CrashWorld): Promise<void>;
  /** All of it is done, by whichever process. */
  isDone(crash: CrashWorld): Promise<boolean>;
}

export const SCENARIO_NAMES = ['pairing', 'renewal', 'apply'] as const;
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

const basic = (password: string) => ({ credential: { type: 'Basic' as const, username: 'user', password } });
const bundle = (name: string, password: string) => ({
  name,
  apiDefinitions: [{ name: 'API' }],
  defaultInstanceAuth: basic(password),
});

async function connectionOf({ world }: CrashWorld): Promise<CompassConnection | undefined> {
  return world.cluster.cluster.find<CompassConnection>({ kind: COMPASS_CONNECTION, name: 'compass-connection' });
}

export async function applicationsOf({ world }: CrashWorld): Promise<readonly Application[]> {
  const all: Application[] = [];
  for await (const { items } of world.cluster.cluster.listPages<Application>(APPLICATION)) all.push(...items);
  return all.filter(({ metadata }) => metadata.name !== FOREIGN.application);
}

async function secretsOf({ world }: CrashWorld): Promise<ReadonlyMap<string, Secret>> {
  const all: Secret[] = [];
  for await (const { items } of world.cluster.cluster.listPages<Secret>(SECRET, { namespace: 'kyma-system' })) {
    all.push(...items);
  }
  return new Map(all.filter(({ metadata }) => metadata.name !== FOREIGN.secret).map((one) => [one.metadata.name, one]));
}

async function isSynchronized(crash: CrashWorld): Promise<boolean> {
  return (await connectionOf(crash))?.status?.connectionState === 'Synchronized';
}

/**
 * Whether the status tells of these Applications, and of the labels, which come last: a process that ends before that leaves
 * the one after it nothing to take back, and the calls of that one would be others.
 */
async function isTold(crash: CrashWorld): Promise<boolean> {
  const { conditions = [] } = (await connectionOf(crash))?.status ?? {};
  const messageOf = (type: string) => conditions.find((one) => one.type === type)?.message;
  const listed = crash.world.simulator.landscape.applications().length;
  return messageOf('LabelsReported') !== undefined && Number.parseInt(messageOf('Synchronized') ?? '', 10) === listed;
}

/** Whoever may read sees no entry without the Secret that it names. */
export async function assertEntriesHaveSecrets(crash: CrashWorld): Promise<void> {
  const applications = await applicationsOf(crash);
  const present = await secretsOf(crash);
  for (const name of namedSecrets(applications)) assert.ok(present.has(name), `the Secret ${name} is missing`);
}

function namedSecrets(applications: readonly Application[]): readonly string[] {
  const entries = applications.flatMap(({ spec }) => spec?.services ?? []).flatMap(({ entries }) => entries ?? []);
  return entries.flatMap(({ credentials }) => (credentials ? [credentials.secretName] : []));
}

/** The Applications of the Director are those of the cluster, with their Secrets, and none besides. */
async function isApplied(crash: CrashWorld): Promise<boolean> {
  const listed = crash.world.simulator.landscape.applications();
  const applications = await applicationsOf(crash);
  const secrets = await secretsOf(crash);
  const names = (all: readonly { name: string }[]) => JSON.stringify(all.map(({ name }) => name).toSorted());
  if (names(listed) !== names(applications.map(({ metadata }) => metadata))) return false;
  if (applications.some(({ spec }) => spec?.services?.length !== 1)) return false;
  const named = new Set(namedSecrets(applications));
  if (named.size !== secrets.size || [...named].some((name) => !secrets.has(name))) return false;
  const passwords = listed.map(({ bundles }) => passwordOf(bundles[0]?.defaultInstanceAuth?.credential));
  const stored = [...secrets.values()].map(({ data }) => Buffer.from(data?.['password'] ?? '', 'base64').toString());
  return JSON.stringify(passwords.toSorted()) === JSON.stringify(stored.toSorted());
}

function passwordOf(credential: object | null | undefined): string {
  return credential && 'password' in credential ? String(credential.password) : '';
}

const pairing: Scenario = {
  name: 'pairing',
  async prepare(crash) {
    await crash.stop();
    await crash.clear();
    crash.begin();
    crash.world.simulator.landscape.createApplication({ name: 'orders', bundles: [bundle('b', 'orders-password')] });
    await crash.world.configure();
  },
  isDone: async (crash) => (await isSynchronized(crash)) && (await isApplied(crash)),
};

/** A world that is connected, with an Application; what is there already stays. */
async function connect(crash: CrashWorld): Promise<void> {
  if (!(await crash.world.secret(CLIENT.namespace, CLIENT.name))) {
    await pairing.prepare(crash);
    await crash.resume();
  }
  await until('the base is synchronized', async () => (await pairing.isDone(crash)) && isTold(crash));
}

/** Dates in the status have whole seconds, and of two renewals with one date only the first is told by an Event, which is a point. */
async function willRenewAtAnotherDate(crash: CrashWorld): Promise<boolean> {
  const { renewed } = (await connectionOf(crash))?.status?.connectionStatus ?? {};
  return renewed !== formatTime(Date.now());
}

const renewal: Scenario = {
  name: 'renewal',
  async prepare(crash) {
    await connect(crash);
    await crash.stop();
    await until('the second of the last renewal is over', () => willRenewAtAnotherDate(crash));
    crash.begin();
    const patch = { spec: { refreshCredentialsNow: true } };
    const ref = { kind: COMPASS_CONNECTION, name: 'compass-connection' };
    await crash.world.cluster.cluster.mergePatch(ref, patch, { fieldManager: 'operator' });
  },
  async isDone(crash) {
    const connection = await connectionOf(crash);
    const isListed = crash.world.count('director', 'applicationsForRuntime') > 0;
    return isListed && connection?.spec.refreshCredentialsNow === false && isSynchronized(crash);
  },
};

let lives = 0;

const apply: Scenario = {
  name: 'apply',
  jumpAt: 'after cluster patch compassconnections.compass.kyma-project.io #2',
  async prepare(crash) {
    const { landscape } = crash.world.simulator;
    await connect(crash);
    lives += 1;
    landscape.deleteAllApplications();
    for (const { metadata } of await applicationsOf(crash)) {
      await crash.world.cluster.cluster.delete({ kind: APPLICATION, name: metadata.name });
    }
    const [, switched, changed, gone] = ['kept', 'switched', 'changed', 'gone'].map((name) =>
      landscape.createApplication({ name, bundles: [bundle('b', `${name}-password-${lives}`)] }),
    );
    await until('the base is synchronized', async () => (await isApplied(crash)) && isTold(crash));
    await crash.stop();
    crash.begin();
    const [before] = switched?.bundles ?? [];
    if (!before || !changed || !gone || !switched) return assert.fail('no base');
    landscape.updateApplication(changed.id, { description: `changed ${lives}` });
    landscape.updateApplication(switched.id, {
      bundles: [{ ...before, defaultInstanceAuth: basic(`switched-to-${lives}`) }],
    });
    landscape.createApplication({ name: 'made', bundles: [bundle('b', `made-password-${lives}`)] });
    landscape.deleteApplication(gone.id);
  },
  isDone: async (crash) => (await isApplied(crash)) && isSynchronized(crash),
};

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = { pairing, renewal, apply };

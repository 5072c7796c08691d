import { CONFIG_MAP, type ConfigMap, SECRET } from '#common/cluster/objects.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import { until } from '../../cluster/until.ts';
import { CLIENT, CONNECTION } from '../../journeys/world.ts';
import type { FaultWorld } from '../world.ts';

/** A world with one Application, whose bundle has credentials. */
export interface Life extends FaultWorld {
  readonly application: string;
}

/** Something that happens, and what shows that the sidecar has seen to it. */
export interface Step {
  happens(life: Life): unknown;
  isSeenTo(life: Life): Promise<boolean>;
}

const url = 'https://api.example.com';
const BUNDLE = {
  id: '11111111-aaaa-4aaa-8aaa-111111111111',
  name: 'b',
  apiDefinitions: [{ name: 'a', targetURL: url }],
};
const SECRET_NAME = `orders-${BUNDLE.id}`;

const basic = (password: string) => ({ credential: { type: 'Basic', username: 'user', password } }) as const;
const unknown = { credential: { type: 'CertificateOAuth', clientId: 'id', certificate: 'c', url } } as const;

export function begin(world: FaultWorld): Life {
  const bundle = { ...BUNDLE, defaultInstanceAuth: basic('canary-password') };
  return {
    ...world,
    application: world.simulator.landscape.createApplication({ name: 'orders', bundles: [bundle] }).id,
  };
}

async function report({ cluster: { cluster } }: FaultWorld) {
  const where = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  return (await cluster.find<ConfigMap>(where))?.data?.[REPORT_KEY];
}

/** Everything in which the sidecar tells what is wrong: log, status and report. */
export async function told(world: FaultWorld): Promise<string> {
  const connection = await world.cluster.cluster.find<CompassConnection>(CONNECTION);
  return [world.output(), JSON.stringify(connection?.status), await report(world)].join('\n');
}

const says = (life: Life, pattern: RegExp) => told(life).then((text) => pattern.test(text));

const isAnswered = async (life: Life, id: string) =>
  (readReport(await report(life))?.requests ?? []).some(
    (request) => request.id === id && request.finished !== undefined,
  );

const ask = ({ cluster: { cluster } }: Life, verb: string, request: string) =>
  cluster.mergePatch(CONNECTION, { metadata: { annotations: { [`compass.kyma-project.io/${verb}`]: request } } });

const ABSENCE: Step = { happens: () => undefined, isSeenTo: (life) => says(life, /ConfigurationMissing/) };

const PAIRING: Step = {
  happens: (life) => life.configure(),
  isSeenTo: (life) => says(life, /applications were synchronized.*"listed":1/),
};

const CHANGE: Step = {
  happens: ({ simulator, application }) =>
    simulator.landscape.putBundle(application, { ...BUNDLE, defaultInstanceAuth: basic('canary-other') }),
  isSeenTo: async (life) => (await life.secret('kyma-system', SECRET_NAME))?.['password'] === 'canary-other',
};

/** What cannot be used leaves the last good one in place, which is read for that. */
const UNUSABLE: Step = {
  happens: ({ simulator, application }) =>
    simulator.landscape.putBundle(application, { ...BUNDLE, defaultInstanceAuth: unknown }),
  isSeenTo: (life) => says(life, /the last good ones are kept/),
};

const PLAN: Step = { happens: (life) => ask(life, 'diff', 'd1'), isSeenTo: (life) => isAnswered(life, 'd1') };

const HARM: Step = {
  happens: ({ cluster: { cluster } }) => cluster.delete({ kind: SECRET, ...CLIENT }),
  isSeenTo: async (life) => (await life.secret(CLIENT.namespace, CLIENT.name)) !== undefined,
};

const END: Step = {
  happens: (life) => ask(life, 'disconnect', 'x1;purge=applications'),
  isSeenTo: (life) => isAnswered(life, 'x1'),
};

/** What happens to a sidecar from its first day to its last; each step takes rights that those before did not. */
export const WHOLE_LIFE: readonly Step[] = [ABSENCE, PAIRING, CHANGE, UNUSABLE, PLAN, HARM, END];

/** What is told again and again. */
export const REPEATED_HARM: readonly Step[] = [PAIRING, ...Array.from({ length: 20 }, () => HARM)];

const PATIENCE_MS = 5_000;

/** Lets it happen, and waits until it is seen to or, since a right may be missing for that, until that `isTold`. */
export async function live(step: Step, life: Life, isTold: () => Promise<boolean>): Promise<void> {
  await step.happens(life);
  await until('it is seen to', async () => (await isTold()) || (await step.isSeenTo(life)), PATIENCE_MS).catch(() => {
    // Nobody promises it, with a right missing.
  });
}

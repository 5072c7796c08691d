import assert from 'node:assert/strict';
import { type Clock, systemClock } from '#common/clock.ts';
import { CONFIG_MAP, EVENT, type KubeObject } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { until } from '../../cluster/until.ts';
import { row } from '../row.ts';
import type { FaultWorld } from '../world.ts';

/** Credentials of an Application, each of which is looked for as a whole. */
const CANARIES = {
  user: 'canary-user-5',
  password: 'canary-password-1',
  clientSecret: 'canary/client+secret-2',
  header: 'canary-header-3',
  parameter: 'canary parameter 4',
};

/** Back-offs pass fifteen times as fast; the wall clock is the machine's. */
const HURRIED: Clock = {
  ...systemClock,
  monotonicMs: () => systemClock.monotonicMs() * 15,
  sleep: (ms, signal) => systemClock.sleep(ms / 15, signal),
};

const FORMS: readonly ((secret: string) => string)[] = [
  (secret) => secret,
  (secret) => `Connector-Token: ${secret}`,
  (secret) => JSON.stringify({ input: secret }),
  (secret) => `https://connector.example.com/graphql?token=${encodeURIComponent(secret)}`,
  (secret) => Buffer.from(secret).toString('base64'),
  (secret) => `rpc error: desc = ${secret.slice(0, 40)}…`,
];

/** Quotes one secret after the other, each time in another form. */
function echo(secrets: () => readonly string[]): () => string {
  let round = 0;
  return () => {
    const known = secrets();
    const secret = known[round % Math.max(1, known.length)] ?? '';
    const form = FORMS[round % FORMS.length];
    round += 1;
    return `request refused: ${form?.(secret)} is not allowed here`;
  };
}

const decode = (base64: string) => Buffer.from(base64, 'base64').toString();

/** Everything that the journal has held so far: keys (in lines) and second tokens. */
function journaled({ witness }: FaultWorld): string[] {
  const documents = witness.secrets
    .filter(({ object }) => object.metadata.name === 'compass-connection-journal')
    .map(({ object }) => JSON.parse(decode(object.data?.['document'] ?? '') || '{}') as Record<string, unknown>);
  const values = documents.flatMap(({ key, secondToken }) => [key, secondToken]);
  return [...new Set(values)].filter((value) => typeof value === 'string');
}

/** Ids of bundles, which name their Secrets. */
const BASIC = '11111111-aaaa-4aaa-8aaa-111111111111';
const OAUTH = '22222222-bbbb-4bbb-8bbb-222222222222';

/** The Application's bundles, with these values in place of credentials. */
function bundles(values: typeof CANARIES) {
  const url = 'https://api.example.com';
  const bundle = (id: string, name: string, defaultInstanceAuth: object) => ({
    id,
    name,
    apiDefinitions: [{ name, targetURL: url }],
    defaultInstanceAuth,
  });
  const basic = {
    credential: { type: 'Basic', username: values.user, password: values.password },
    additionalHeaders: { 'x-key': [values.header] },
    additionalQueryParams: { key: [values.parameter] },
  };
  const oauth = { credential: { type: 'OAuth', clientId: 'id', clientSecret: values.clientSecret, url } };
  return [bundle(BASIC, 'basic', basic), bundle(OAUTH, 'oauth', oauth)];
}

/** What stands in the Secret of that name, each value as it was given. */
const STORED: Readonly<Record<string, readonly string[]>> = {
  [`orders-${BASIC}`]: [CANARIES.user, CANARIES.password],
  [`params-orders-${BASIC}`]: [CANARIES.header, CANARIES.parameter],
  [`orders-${OAUTH}`]: [CANARIES.clientSecret],
};

/** Compass says in every way that it can what it was sent: in GraphQL errors, in bodies of any type, and in headers. */
function letCompassEcho({ simulator }: FaultWorld, quote: () => string): void {
  const said = {
    get message() {
      return quote();
    },
  };
  const headers = {
    'content-type': 'text/plain',
    get location() {
      return `https://elsewhere.example.com/?token=${encodeURIComponent(quote())}`;
    },
  };
  const connector = { target: 'connector', when: 'beforeConsumption', times: 1 } as const;
  simulator.faults.add({ ...connector, operation: 'configuration', error: said });
  simulator.faults.add({ ...connector, operation: 'configuration', skip: 1, status: 302, headers });
  simulator.faults.add({ ...connector, operation: 'signCertificateSigningRequest', status: 503, body: said });
  const director = { target: 'director', operation: 'applicationsForRuntime', times: 1 } as const;
  simulator.faults.add({ ...director, when: 'beforeConsumption', error: said });
  simulator.faults.add({ ...director, when: 'beforeConsumption', skip: 1, status: 429, body: said });
}

/** The API server, or a webhook of it, says what it was told to store: each time the next form of the next value. */
function letClusterEcho(world: FaultWorld): void {
  const match = { resource: 'secrets', user: 'admin', times: 2 } as const;
  const denied = (quote: () => string) => ({
    kind: 'deny' as const,
    webhook: 'policy.example.com',
    get message() {
      return quote();
    },
  });
  const faults = world.cluster.embedded?.faults;
  const quoteJournal = echo(() => journaled(world));
  faults?.add({ ...match, verb: 'update', name: 'compass-connection-journal', effect: denied(quoteJournal) });
  faults?.add({ ...match, verb: 'create', name: 'cluster-client-certificates', effect: denied(quoteJournal) });
  for (const [name, values] of Object.entries(STORED)) {
    faults?.add({ ...match, verb: 'patch', name, times: 6, effect: denied(echo(() => values)) });
  }
}

async function scrape(port: unknown): Promise<string> {
  const get = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).text();
  return (await Promise.all(['/livez', '/readyz', '/metrics'].map(get))).join('\n');
}

/** Looks again and again until something is so. */
async function scrapeUntil(happens: Promise<unknown>, look: () => Promise<void>): Promise<void> {
  const isSo = happens.then(() => true);
  const round = async () => {
    await look();
    return Promise.race([isSo, systemClock.sleep(100).then(() => false)]);
  };
  await until('it is so', round, 60_000);
}

async function written({ cluster: { cluster } }: FaultWorld): Promise<string> {
  const texts: string[] = [];
  for (const kind of [CONFIG_MAP, EVENT, COMPASS_CONNECTION]) {
    for await (const page of cluster.listPages<KubeObject>(kind)) texts.push(JSON.stringify(page.items));
  }
  return texts.join('\n');
}
row(
  'S5',
  'no secret reaches log, metrics, probes, status or Events, whoever quotes it in whatever form',
  async (world) => {
    const { landscape } = world.simulator;
    const plain = { user: 'user', password: 'word', clientSecret: 'secret', header: 'header', parameter: 'parameter' };
    const orders = landscape.createApplication({ name: 'orders', bundles: bundles(plain) });
    const token = await world.configure();
    letCompassEcho(
      world,
      echo(() => [token, ...journaled(world)]),
    );
    letClusterEcho(world);
    const sidecar = world.here({ APP_QUERY_LOGGING: 'true', APP_LOG_LEVEL: 'debug' }, HURRIED, () => 0);
    const scrapes: string[] = [];
    const look = async () => {
      const started = sidecar.lines.find(({ msg }) => msg === 'started');
      if (started) scrapes.push(await scrape(started['healthPort']));
      scrapes.push(await written(world));
    };
    await scrapeUntil(world.reaches('Synchronized'), look);
    for (const bundle of bundles(CANARIES)) landscape.putBundle(orders.id, bundle);
    await scrapeUntil(
      world.says(
        /denied the request: request refused: .*"params-orders-|params-orders-.*denied the request: request refused/,
      ),
      look,
    );
    await scrapeUntil(world.reaches('Synchronized'), look);
    const texts = [world.output(), ...scrapes].join('\n');
    assert.match(texts, /request refused: \[sensitive\] is not allowed here/);
    const keys = journaled(world).flatMap((value) => value.split('\n').filter((line) => !line.startsWith('-----')));
    for (const secret of [token, ...keys, ...Object.values(CANARIES)].filter((text) => text !== '')) {
      for (const text of [
        secret,
        Buffer.from(secret).toString('base64'),
        encodeURIComponent(secret),
        secret.slice(0, 40),
      ]) {
        assert.ok(!texts.includes(text), `${text} is there`);
      }
    }
  },
);

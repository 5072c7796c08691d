import { readFile } from 'node:fs/promises';
import { dump } from 'js-yaml';
import { secretValues } from '#common/cluster/secret-values.ts';
import { APPLICATION_IDS, APPLICATIONS, RUNTIME } from '#common/compass/documents.ts';
import { until } from '../cluster/until.ts';
import type { FaultWorld } from '../faults/world.ts';
import { sampleApplications } from '../simulator/samples.ts';
import { askDirector } from '../simulator/tests/director.ts';
import { configure, pair, sign, signingRequest } from '../simulator/tests/pair.ts';

/** What the programs read every day, as servers sent and stored it: the beginnings of what the fuzzer makes up. */
export interface Corpora {
  /** Bodies of Compass, good and bad. */
  readonly graphql: readonly Buffer[];
  /** Objects of the API server, and lists of them. */
  readonly applications: readonly Buffer[];
  readonly secrets: readonly Buffer[];
  readonly connections: readonly Buffer[];
  /** `metav1.Status` and other refusals. */
  readonly refusals: readonly Buffer[];
  /** Streams of events. */
  readonly watches: readonly Buffer[];
  readonly pem: readonly Buffer[];
  /** Journal and state, in JSON. */
  readonly documents: readonly Buffer[];
  readonly reports: readonly Buffer[];
  /** The data of configuration Secrets, in JSON. */
  readonly configurations: readonly Buffer[];
  readonly kubeconfigs: readonly Buffer[];
}

const APPLICATIONS_PATH = '/apis/applicationconnector.kyma-project.io/v1alpha1/applications';
const CONNECTIONS_PATH = '/apis/compass.kyma-project.io/v1alpha1/compassconnections';
const SECRETS_PATH = '/api/v1/namespaces/kyma-system/secrets';

/** Lets a sidecar pair and synchronize, and keeps what it read and wrote. */
export async function gatherCorpora(world: FaultWorld): Promise<Corpora> {
  for (const application of sampleApplications) world.simulator.landscape.createApplication(application);
  const sidecar = world.here();
  await world.configure();
  await until(
    'the report tells of Applications',
    async () => (await world.report()).applications?.inSync !== undefined,
  );
  await sidecar.stop();
  const get = async (path: string) => Buffer.from((await world.cluster.request('GET', path)).text);
  const applications = await get(APPLICATIONS_PATH);
  const connection = await get(`${CONNECTIONS_PATH}/compass-connection`);
  const secrets = await get(SECRETS_PATH);
  return {
    graphql: await graphqlOf(world),
    applications: [...itemsOf(applications), applications],
    secrets: [...itemsOf(secrets), secrets],
    connections: [connection],
    refusals: [await get(`${CONNECTIONS_PATH}/none`), await get('/apis/none/v1'), await get(`${SECRETS_PATH}?limit=x`)],
    watches: [eventsOf('ADDED', applications), eventsOf('MODIFIED', secrets), Buffer.from(EXPIRED)],
    ...storedIn(world),
    reports: [Buffer.from(JSON.stringify(await world.report()))],
    kubeconfigs: await kubeconfigsOf(world),
  };
}

async function graphqlOf({ simulator }: FaultWorld): Promise<Buffer[]> {
  const { token } = simulator.requestToken();
  const configuration = await configure(simulator, token);
  const second = (configuration.data as unknown as { configuration: { token: { token: string } } }).configuration.token
    .token;
  const signed = await sign(simulator, second, await signingRequest('CN=fuzz'));
  const refused = await configure(simulator, token);
  const credential = await pair(simulator);
  const ask = (document: string, variables: Record<string, string | number>) =>
    askDirector(simulator, credential, document, variables, { tenant: simulator.tenant });
  const { runtimeId } = simulator;
  const asked = await Promise.all([
    ask(APPLICATIONS.document, { runtimeId, first: 100 }),
    ask(APPLICATIONS.document, { runtimeId, first: 2 }),
    ask(APPLICATION_IDS.document, { runtimeId, first: 1 }),
    ask(RUNTIME.document, { id: runtimeId }),
    ask(RUNTIME.document, { id: 'none' }),
    ask('{ none }', {}),
  ]);
  return [configuration, signed, refused, ...asked].map(({ text }) => Buffer.from(text));
}

interface RawList {
  readonly items: readonly { readonly metadata: object }[];
}

const listOf = (text: Buffer) => JSON.parse(text.toString()) as RawList;

const itemsOf = (list: Buffer) => listOf(list).items.map((item) => Buffer.from(JSON.stringify(item)));

function eventsOf(type: string, list: Buffer): Buffer {
  return Buffer.from(
    listOf(list)
      .items.map((object) => `${JSON.stringify({ type, object })}\n`)
      .join(''),
  );
}

const EXPIRED = [
  { type: 'BOOKMARK', object: { kind: 'Secret', metadata: { resourceVersion: '12' } } },
  { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version' } },
]
  .map((event) => `${JSON.stringify(event)}\n`)
  .join('');

/** Every version of every Secret of ours. */
function storedIn({ witness }: FaultWorld): Pick<Corpora, 'pem' | 'documents' | 'configurations'> {
  const data = witness.secrets.map(({ object }) => secretValues(object));
  const named = (key: string) => data.flatMap((values) => (values[key] ? [Buffer.from(values[key])] : []));
  const configurations = data.filter((values) => values['CONNECTOR_URL']);
  return {
    pem: [...named('crt'), ...named('crtChain'), ...named('cacert'), ...named('key')],
    documents: named('document'),
    configurations: configurations.map((values) => Buffer.from(JSON.stringify(values))),
  };
}

async function kubeconfigsOf({ cluster }: FaultWorld): Promise<Buffer[]> {
  const json = await readFile(cluster.kubeconfigPath, 'utf8');
  const config = JSON.parse(json) as object;
  return [json, dump(config), dump(config, { flowLevel: 3 }), dump(config, { indent: 4, lineWidth: 40 })].map((text) =>
    Buffer.from(text),
  );
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { clusterAt } from '#common/cluster/connect.ts';
import { SECRET } from '#common/cluster/objects.ts';
import { fetchConfiguration, signCertificateSigningRequest } from '#common/compass/connector.ts';
import { fetchRuntime } from '#common/compass/director.ts';
import { fetchApplicationIds, fetchApplicationsPage } from '#common/compass/director-listing.ts';
import { endpointOf } from '../../cluster/endpoint-of.ts';
import { pair } from '../../common/compass/pair.ts';
import { wholePage } from '../../common/compass/whole-page.ts';
import type { FaultWorld } from '../../faults/world.ts';
import type { Corpora } from '../corpora.ts';
import type { Target } from '../fuzz.ts';

/** A call takes milliseconds, and what it reads is read by the other targets, too. */
const ONE_IN = 100;

const STATUSES = [200, 200, 200, 201, 204, 302, 400, 401, 404, 409, 410, 429, 500, 503];

const statusOf = (input: Buffer) => STATUSES[(input[0] ?? 0) % STATUSES.length] ?? 200;

/** Whole calls of Compass, whose answer is what was made up. */
export async function compassDoors({ simulator }: FaultWorld, { graphql }: Corpora): Promise<readonly Target[]> {
  simulator.switches.rateLimitPerMinute = 0;
  const { transport, connector, director, runtimeId } = await pair(simulator);
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    configuration: () => fetchConfiguration(connector, transport),
    signing: () => signCertificateSigningRequest(connector, transport, 'csr'),
    'a page': async () => wholePage(await fetchApplicationsPage(director, transport, { runtimeId })),
    'a page of ids': () => fetchApplicationIds(director, transport, { runtimeId }),
    'a Runtime': () => fetchRuntime(director, transport, runtimeId),
  };
  return Object.entries(calls).map(([name, call]) => ({
    name: `a call for ${name}`,
    inputs: graphql,
    oneIn: ONE_IN,
    async read(input) {
      const id = simulator.faults.add({
        when: 'beforeConsumption',
        status: statusOf(input),
        body: input.toString(),
        headers: { 'content-type': 'application/json' },
      });
      try {
        await call();
      } finally {
        simulator.faults.remove(id);
      }
    },
  }));
}

/** Whole calls of an API server, whose answer is what was made up. */
export async function clusterDoors(t: TestContext, corpora: Corpora): Promise<readonly Target[]> {
  let body: Buffer = Buffer.alloc(0);
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(statusOf(body), { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const cluster = clusterAt(endpointOf(`http://127.0.0.1:${port}`, '', { token: '' }), { timeoutMs: 5_000 });
  t.after(() => cluster.close());
  const ref = { kind: SECRET, namespace: 'a', name: 'b' };
  const { signal } = new AbortController();
  const drain = async (items: AsyncIterable<unknown>) => {
    let left = 20;
    for await (const _ of items) if (--left === 0) break;
  };
  const calls: Readonly<Record<string, () => Promise<unknown>>> = {
    get: () => cluster.find(ref),
    list: () => drain(cluster.listPages(SECRET)),
    watch: () => drain(cluster.watch(SECRET, { resourceVersion: '1', signal })),
    delete: () => cluster.delete(ref),
    raw: () => cluster.raw('/version'),
  };
  const inputs = [...corpora.secrets, ...corpora.refusals, ...corpora.watches];
  return Object.entries(calls).map(([name, call]) => ({
    name: `a ${name} of the API server`,
    inputs,
    oneIn: ONE_IN,
    async read(input) {
      body = input;
      await call();
    },
  }));
}

import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { DETAILS_ANNOTATION } from '#common/resources/connection-details.ts';
import { buildProgram } from '../../.scripts/build.ts';
import { until } from '../cluster/until.ts';
import { memoryFolder } from '../sidecar/neighbours/memory-folder.ts';
import { ask, whoAmI } from '../sidecar/neighbours/proxy-world.ts';
import { askDirector, WHO } from '../simulator/tests/director.ts';
import { portOf, probe, readFiles, startReader } from './neighbour-steps.ts';
import { CLIENT, CONNECTION, startWorld } from './world.ts';

test('G1, G2, G5: a reader with a Role on one Secret keeps matching files beside a workload, through a renewal and damage', async (t) => {
  const world = await startWorld(t);
  const { folder, start } = await startReader(t, world);
  const reader = start();
  await until('the reader says that it has nothing yet', () =>
    Promise.resolve(reader.lines.some(({ msg }) => msg.includes('no credentials for neighbours yet'))),
  );
  assert.equal(readFiles(folder), undefined);
  const early = await probe(reader, '/readyz');
  assert.deepEqual([early.status, (await probe(reader, '/livez')).status], [503, 200]);
  assert.match(early.text, /neighbours have no credentials: secret .* does not exist/);
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');

  const first = await until('the files are there', () => Promise.resolve(readFiles(folder)));
  const leaf = new X509Certificate(first.certificate);
  assert.ok(leaf.checkPrivateKey(createPrivateKey(first.key)));
  assert.ok(leaf.checkIssued(new X509Certificate(first.authorities)), 'ca.crt begins with the issuer');
  assert.ok(first.authorities.includes(world.simulator.caPem.trim()), 'ca.crt has the roots of APP_COMPASS_CA_BUNDLE');
  const { simulator } = world;
  assert.deepEqual(first.connection, {
    schemaVersion: 'v1',
    generation: 1,
    connection: 'compass-connection',
    connectorUrl: simulator.urls.connectorMtls,
    directorUrl: simulator.urls.director,
    tenant: simulator.tenant,
    runtimeId: simulator.runtimeId,
    fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: `${leaf.validFromDate.toISOString().slice(0, 19)}Z`,
    notAfter: `${leaf.validToDate.toISOString().slice(0, 19)}Z`,
  });

  await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
  const second = await until('other files are there', () => {
    const files = readFiles(folder);
    return Promise.resolve(files?.connection.generation === 2 && files);
  });
  assert.notEqual(second.key, first.key);
  assert.ok(new X509Certificate(second.certificate).checkPrivateKey(createPrivateKey(second.key)));
  assert.equal(second.connection.directorUrl, simulator.urls.director);
  assert.equal(await sidecar.stop(), 0);

  const ref = { kind: SECRET, ...CLIENT };
  await world.cluster.cluster.mergePatch(ref, { data: { key: Buffer.from('no key').toString('base64') } });
  await until('the damage is said', () =>
    Promise.resolve(reader.lines.some(({ error }) => /no pair/.test(String(error)))),
  );
  await world.cluster.cluster.delete(ref);
  await until('the loss is said', () =>
    Promise.resolve(reader.lines.some(({ error }) => /does not exist/.test(String(error)))),
  );
  assert.deepEqual(readFiles(folder), second, 'the last good set is kept');
  const ready = await probe(reader, '/readyz');
  assert.equal(ready.status, 200);
  assert.match(ready.text, /ok: .*the last good credentials are kept: secret .* does not exist/);
  const { text: metrics } = await probe(reader, '/metrics');
  assert.match(metrics, /^compass_neighbours_problem\{type="secret"\} 1$/m);
  assert.match(metrics, /^compass_neighbours_generation 2$/m);
  assert.match(metrics, /^process_resident_memory_bytes \d+$/m);
  assert.equal(await reader.stop(), 0);
});

test('a reader beside a Secret of the reference agent gives what that says, and null for the rest', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  const sidecar = world.start();
  await world.reaches('Synchronized');
  assert.equal(await sidecar.stop(), 0);
  const { cluster } = world.cluster;
  const stored = await cluster.get<Secret>({ kind: SECRET, ...CLIENT });
  assert.ok(stored.metadata.annotations?.[DETAILS_ANNOTATION]);
  await cluster.delete({ kind: SECRET, ...CLIENT });
  // As the agent leaves it: three keys, and no annotation.
  await cluster.create(SECRET, { apiVersion: 'v1', kind: 'Secret', metadata: CLIENT, data: stored.data } as never);

  const { folder, start } = await startReader(t, world);
  const reader = start();
  const files = await until('the files are there', () => Promise.resolve(readFiles(folder)));
  const { connection } = files;
  assert.ok(new X509Certificate(files.certificate).checkPrivateKey(createPrivateKey(files.key)));
  assert.deepEqual(
    [connection.connection, connection.connectorUrl, connection.directorUrl, connection.tenant, connection.runtimeId],
    [null, null, null, null, null],
  );
  assert.match(connection.notAfter, /^\d{4}-/);

  // Taken over again, the Secret says the rest, and nothing of the pair changes.
  const again = world.start();
  await until('the rest is there', () => {
    const now = readFiles(folder);
    return Promise.resolve(now?.connection.directorUrl === world.simulator.urls.director && now);
  });
  assert.equal(readFiles(folder)?.key, files.key);
  assert.equal(await again.stop(), 0);

  // A reader that starts anew finds what it left, and writes nothing.
  const set = readlinkSync(join(folder, '..data'));
  assert.equal(await reader.stop(), 0);
  const next = start();
  await until('it has looked', async () => (await probe(next, '/readyz')).status === 200);
  assert.equal(readlinkSync(join(folder, '..data')), set);
  assert.equal(await next.stop(), 0);
});

test('X16, G2: 50 neighbours that query Compass without a pause notice nothing of renewals, neither beside the whole sidecar nor beside a reader', async (t) => {
  const world = await startWorld(t);
  const built = await mkdtemp(join(tmpdir(), 'compass-built-'));
  t.after(() => rm(built, { recursive: true }));
  await buildProgram('sidecar', built);
  const command = [join(built, 'sidecar', 'main.js')];
  await world.configure();
  const folder = memoryFolder(t);
  const proxied = { APP_DIRECTOR_PROXY_PORT: '0' };
  const sidecar = world.start({ ...proxied, APP_CREDENTIALS_FOLDER: folder }, command);
  const { start } = await startReader(t, world, proxied);
  const reader = start(command);
  const ports = await Promise.all([sidecar, reader].map((each) => portOf(each, /Director proxy listens/, 'port')));
  await world.reaches('Synchronized');
  await until('both are connected', async () => {
    const probes = await Promise.all([sidecar, reader].map((each) => probe(each, '/readyz')));
    return probes.every(({ status, text }) => status === 200 && !text.includes('waits'));
  });

  const { simulator } = world;
  // They ask more than a whole fleet may.
  simulator.switches.rateLimitPerMinute = 0;
  const body = whoAmI(simulator);
  const over = new AbortController();
  const statuses = new Map<number, number>();
  const caller = async (port: number) => {
    while (!over.signal.aborted) {
      const { status } = await ask(port, { body });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const calling = Promise.all(Array.from({ length: 50 }, (_, index) => caller(ports[index % 2] ?? 0)));
  for (let renewal = 2; renewal <= 4; renewal += 1) {
    await world.cluster.cluster.mergePatch(CONNECTION, { spec: { refreshCredentialsNow: true } });
    await until(
      () => `there is a set ${renewal}, but ${JSON.stringify([...statuses])}\n${sidecar.output().slice(-3_000)}`,
      () => Promise.resolve(readFiles(folder)?.connection.generation === renewal),
    );
    const before = statuses.get(200) ?? 0;
    await until('neighbours have gone on', () => Promise.resolve((statuses.get(200) ?? 0) > before + 100));
    await world.reaches('Synchronized', ({ spec }) => spec.refreshCredentialsNow === false);
  }
  over.abort();
  await calling;
  assert.deepEqual([...statuses.keys()], [200], JSON.stringify([...statuses]));
  const { text } = await probe(reader, '/metrics');
  assert.match(text, /^compass_director_proxy_requests_total\{code="200"\} \d{2,}$/m);
  assert.match(
    (await probe(sidecar, '/metrics')).text,
    /^compass_director_proxy_requests_total\{code="200"\} \d{2,}$/m,
  );
  const output = [sidecar, reader].map((each) => each.output()).join('');
  assert.doesNotMatch(output, /PRIVATE KEY|did not reach/);
  assert.equal(await reader.stop(), 0);
  assert.equal(await sidecar.stop(), 0);
});

test('G4: a sidecar that is killed leaves files that go on to serve, and the next one goes on where it was', async (t) => {
  const world = await startWorld(t);
  await world.configure();
  const folder = memoryFolder(t);
  const sidecar = world.start({ APP_CREDENTIALS_FOLDER: folder });
  await world.reaches('Synchronized');
  const files = await until('the files are there', () => {
    const there = readFiles(folder);
    return Promise.resolve(there?.connection.directorUrl !== null && there);
  });
  await sidecar.kill();
  const { simulator } = world;
  const { certificate: cert, key } = files;
  const { text } = await askDirector(simulator, { cert, key }, WHO, { id: simulator.runtimeId });
  assert.match(text, new RegExp(simulator.runtimeId));
  assert.ok(Date.parse(files.connection.notAfter) > Date.now(), 'until when is in the files');
  const next = world.start({ APP_CREDENTIALS_FOLDER: folder });
  await until('it is ready', async () => (await probe(next, '/readyz')).status === 200);
  assert.deepEqual(readFiles(folder), files);
  assert.equal(await next.stop(), 0);
});

test('a folder that is missing stops the start of a reader and of the whole sidecar, which name it', async (t) => {
  const world = await startWorld(t);
  for (const APP_MODE of ['reader', 'full']) {
    const sidecar = world.start({ APP_MODE, APP_CREDENTIALS_FOLDER: '/nonexistent/folder' });
    const [code] = (await once(sidecar.child, 'exit')) as [number | null];
    assert.equal(code, 2);
    assert.match(sidecar.output(), /the sidecar cannot start.*APP_CREDENTIALS_FOLDER is .*no such folder/);
  }
});

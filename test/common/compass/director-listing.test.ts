import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { fetchApplicationIds, fetchApplicationsPage } from '#common/compass/director-listing.ts';
import type { DirectorPage } from '#common/compass/director-types.ts';
import type { Json } from '../../simulator/model.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Paired, pair } from './pair.ts';
import { type WholePage, wholePage } from './whole-page.ts';

suite('the listing of Applications', () => {
  let simulator: Simulator;
  let paired: Paired;

  before(async () => {
    simulator = await startSimulator({ switches: { rateLimitPerMinute: 0 } });
    paired = await pair(simulator);
  });
  after(() => simulator.close());
  afterEach(() => {
    simulator.faults.clear();
    simulator.landscape.deleteAllApplications();
  });

  function page(first?: number, after?: string): Promise<DirectorPage> {
    const { director, transport, runtimeId } = paired;
    return fetchApplicationsPage(director, transport, { runtimeId, after, ...(first === undefined ? {} : { first }) });
  }

  async function list(first?: number, after?: string): Promise<WholePage<DirectorPage>> {
    return wholePage(await page(first, after));
  }

  const numbered = (count: number, name: string) => Array.from({ length: count }, (_, index) => `${name}-${index}`);

  function createMany(count: number, bundles: { name: string }[] = []): void {
    for (const name of numbered(count, 'app')) simulator.landscape.createApplication({ name, bundles });
  }

  function operations(): (string | null)[] {
    return simulator.requests.list().map(({ operation }) => operation);
  }

  test('D1: without any is an empty, valid page', async () => {
    const { bytes: _, ...empty } = await list();
    assert.deepEqual(empty, { applications: [], problems: [], totalCount: 0, next: undefined });
  });

  test('has every field of an Application', async () => {
    simulator.switches.runtimeScopes.push('application.auths:read');
    const csrf = { csrf: { tokenEndpointURL: 'https://csrf.example.com' } };
    const oauth = { type: 'OAuth' as const, clientId: 'id', clientSecret: 'canary', url: 'https://token.example.com' };
    const created = simulator.landscape.createApplication({
      name: 'Orders (v2)',
      description: 'what it does',
      providerName: 'provider',
      bundles: [
        {
          name: 'First',
          description: 'd',
          instanceAuthRequestInputSchema: '{"type":"object"}',
          apiDefinitions: [{ name: 'api', targetURL: 'https://api.example.com' }],
          eventDefinitions: [{ name: 'event' }],
          defaultInstanceAuth: {
            credential: oauth,
            additionalHeaders: { h: ['1', '2'] },
            additionalQueryParams: { q: [''] },
            requestAuth: csrf,
          },
        },
        { name: 'Second', defaultInstanceAuth: { credential: { type: 'Basic', username: 'u', password: '' } } },
        { name: 'Third' },
      ],
    });
    const { applications, problems } = await list();
    assert.deepEqual(problems, []);
    const [application] = applications;
    assert.deepEqual(
      [application?.id, application?.name, application?.description, application?.providerName],
      [created.id, 'Orders (v2)', 'what it does', 'provider'],
    );
    assert.ok(Array.isArray(application?.clientIds));
    const byName = new Map(application?.bundles.map((bundle) => [bundle.name, bundle]));
    const first = byName.get('First');
    assert.equal(first?.instanceAuthRequestInputSchema, '{"type":"object"}');
    assert.deepEqual(
      first?.apiDefinitions.map(({ name, targetURL }) => [name, targetURL]),
      [['api', 'https://api.example.com']],
    );
    assert.deepEqual(
      first?.eventDefinitions.map(({ name }) => name),
      ['event'],
    );
    assert.deepEqual(first?.defaultInstanceAuth, {
      credential: oauth,
      additionalHeaders: { h: ['1', '2'] },
      additionalQueryParams: { q: [''] },
      requestAuth: csrf,
    });
    assert.deepEqual(byName.get('Second')?.defaultInstanceAuth?.credential, {
      type: 'Basic',
      username: 'u',
      password: '',
    });
    assert.equal(byName.get('Third')?.defaultInstanceAuth, null);
  });

  test('D2: is complete over pages, in the size that is asked for', async () => {
    createMany(25);
    const ids = new Set<string>();
    let page = await list(10);
    for (let pages = 1; ; pages += 1) {
      assert.equal(page.totalCount, 25);
      for (const { id } of page.applications) ids.add(id);
      if (page.next === undefined) {
        assert.equal(pages, 3);
        break;
      }
      page = await list(10, page.next);
    }
    assert.equal(ids.size, 25);
  });

  test('asks for a hundred unless told', async () => {
    createMany(101);
    const page = await list();
    assert.deepEqual([page.applications.length, page.next === undefined], [100, false]);
  });

  test('D14: is complete in depth, one Application and one bundle a request', async () => {
    const definitions = { apiDefinitions: numbered(205, 'api').map((name) => ({ name, targetURL: 'https://a' })) };
    const large = numbered(150, 'bundle').map((name, index) => ({
      name,
      ...(index === 3 || index === 130
        ? { ...definitions, eventDefinitions: numbered(101, 'event').map((event) => ({ name: event })) }
        : {}),
    }));
    createMany(2, [{ name: 'small' }]);
    simulator.landscape.createApplication({ name: 'large', bundles: large });
    simulator.requests.clear();
    const { applications, problems } = await list();
    assert.deepEqual(problems, []);
    const found = applications.find(({ name }) => name === 'large');
    assert.deepEqual(new Set(found?.bundles.map(({ name }) => name)), new Set(large.map(({ name }) => name)));
    for (const name of ['bundle-3', 'bundle-130']) {
      const bundle = found?.bundles.find((one) => one.name === name);
      assert.equal(new Set(bundle?.apiDefinitions.map((api) => api.name)).size, 205);
      assert.equal(new Set(bundle?.eventDefinitions.map((event) => event.name)).size, 101);
    }
    assert.deepEqual(
      applications.filter(({ name }) => name !== 'large').map(({ bundles }) => bundles.length),
      [1, 1],
    );
    assert.equal(operations().filter((operation) => operation === 'applicationsForRuntime').length, 1);
    assert.equal(operations().filter((operation) => operation === 'furtherApiDefinitions').length, 4);
    assert.equal(operations().filter((operation) => operation === 'furtherEventDefinitions').length, 2);
  });

  test('L1: a further page that is too large is asked for in halves', async () => {
    simulator.landscape.createApplication({
      name: 'large',
      bundles: numbered(201, 'bundle').map((name) => ({ name })),
    });
    simulator.faults.add({ operation: 'furtherBundles', times: 2, padBytes: 9_000_000 });
    simulator.requests.clear();
    const { applications, problems } = await list();
    assert.deepEqual(problems, []);
    assert.equal(new Set(applications[0]?.bundles.map((bundle) => bundle.id)).size, 201);
    // Two of 100 and 50 in vain, then five of 25.
    assert.equal(operations().filter((operation) => operation === 'furtherBundles').length, 7);
  });

  test('L1: a page above the limit is AnswerTooLarge; ids and names of it can be had', async () => {
    createMany(3);
    simulator.faults.add({ operation: 'applicationsForRuntime', times: 1, padBytes: 9_000_000 });
    await assert.rejects(list(1), { reason: 'AnswerTooLarge' });
    const { director, transport, runtimeId } = paired;
    const light = await fetchApplicationIds(director, transport, { runtimeId, first: 1 });
    const { applications, next } = await list(1);
    assert.deepEqual(
      light.applications,
      applications.map(({ id, name }) => ({ id, name })),
    );
    assert.deepEqual([light.next, light.totalCount], [next, 3]);
  });

  test('L1: an Application whose further pages are too large is a problem, by id, beside the others', async () => {
    simulator.landscape.createApplication({ name: 'large', bundles: numbered(101, 'b').map((name) => ({ name })) });
    createMany(1);
    simulator.faults.add({ operation: 'furtherBundles', padBytes: 9_000_000 });
    const { applications, problems } = await list();
    assert.deepEqual(
      applications.map(({ name }) => name),
      ['app-0'],
    );
    assert.deepEqual(
      problems.map(({ name, reason }) => [name, reason]),
      [['large', 'AnswerTooLarge']],
    );
    assert.equal(typeof problems[0]?.id, 'string');
  });

  test('D9: an Application whose further pages fail is a problem, by id, beside the others', async () => {
    simulator.landscape.createApplication({ name: 'large', bundles: numbered(101, 'b').map((name) => ({ name })) });
    createMany(1);
    simulator.faults.add({ operation: 'furtherBundles', error: { message: 'boom', code: 10, name: 'InternalError' } });
    const { applications, problems } = await list();
    assert.deepEqual(
      applications.map(({ name }) => name),
      ['app-0'],
    );
    assert.deepEqual(
      problems.map(({ name, reason }) => [name, reason]),
      [['large', 'InvalidApplication']],
    );
    assert.match(problems[0]?.message ?? '', /boom/);
  });

  test('D9: an Application whose further pages cannot be read is a problem, by id, beside the others', async () => {
    simulator.landscape.createApplication({ name: 'large', bundles: numbered(101, 'b').map((name) => ({ name })) });
    createMany(1);
    simulator.faults.add({ operation: 'furtherBundles', body: '{"data":{' });
    const { applications, problems } = await list();
    assert.deepEqual(
      [applications.map(({ name }) => name), problems.map(({ name, reason }) => [name, reason])],
      [['app-0'], [['large', 'InvalidApplication']]],
    );
  });

  test('a cursor that does not advance ends in an error, not in a circle', async () => {
    createMany(3);
    const { next } = await list(1);
    simulator.faults.add({
      operation: 'applicationsForRuntime',
      set: { '/data/applicationsForRuntime/pageInfo': { hasNextPage: true, endCursor: next ?? '' } },
    });
    await assert.rejects(list(1, next), { reason: 'InvalidAnswer', message: /does not advance/ });
  });

  test('an error about one Application is its problem; one about the whole, or about us, is thrown', async () => {
    createMany(2);
    const data = await rawPage();
    const about = (path: Json, code = 10) => ({
      data,
      errors: [{ message: 'boom', path, extensions: { error_code: code } }],
    });
    const answer = (body: Json) => {
      simulator.faults.clear();
      simulator.faults.add({ operation: 'applicationsForRuntime', body });
    };
    answer(about(['applicationsForRuntime', 'data', 1, 'bundles']));
    const { applications, problems } = await list();
    assert.deepEqual([applications.length, problems.length], [1, 1]);
    assert.match(problems[0]?.message ?? '', /boom/);
    answer(about(['applicationsForRuntime', 'data', 1, 'auths'], 23));
    assert.deepEqual((await list()).problems, []);
    answer(about(['applicationsForRuntime']));
    await assert.rejects(list(), { reason: 'CompassFailed' });
    answer(about([]));
    await assert.rejects(list(), { reason: 'CompassFailed' });
    answer(about(['applicationsForRuntime', 'data', 1, 'auths'], 26));
    await assert.rejects(list(), { reason: 'Rejected' });
  });

  async function rawPage(): Promise<Json> {
    const { applications } = await list();
    const page = (data: Json[]) => ({ data, pageInfo: { endCursor: '', hasNextPage: false }, totalCount: data.length });
    const items = applications.map(({ id, name }) => ({ id, name, auths: null, bundles: page([]) }));
    return { applicationsForRuntime: page(items) };
  }

  test('D8: a Runtime that is not there, a tenant that is wrong', async () => {
    const { director, transport, runtimeId } = paired;
    const other = { runtimeId: '00000000-0000-4000-8000-000000000000' };
    await assert.rejects(fetchApplicationsPage(director, transport, other), { reason: 'RuntimeNotFound' });
    const wrong = { ...director, tenant: '11111111-0000-4000-8000-000000000000' };
    await assert.rejects(fetchApplicationsPage(wrong, transport, { runtimeId }), { reason: 'TenantMismatch' });
  });

  test('D4: a bundle that comes or goes while its list is paged makes that Application a problem', async () => {
    const { id } = simulator.landscape.createApplication({
      name: 'moving',
      bundles: numbered(150, 'b').map((name) => ({ name })),
    });
    createMany(1);
    const run = () =>
      void simulator.landscape.putBundle(id, { id: '00000000-0000-4000-8000-000000000000', name: 'new' });
    simulator.faults.add({ operation: 'furtherBundles', run });
    const { applications, problems } = await list();
    assert.deepEqual(
      applications.map(({ name }) => name),
      ['app-0'],
    );
    assert.match(problems[0]?.message ?? '', /bundles changed/);
    simulator.faults.clear();
    simulator.faults.add({ operation: 'furtherBundles', run: () => void simulator.landscape.deleteApplication(id) });
    assert.match((await list()).problems[0]?.message ?? '', /bundles disappeared/);
  });
});

import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { fetchApplicationsPage } from '#common/compass/director-listing.ts';
import type { DirectorPage } from '#common/compass/director-types.ts';
import type { Json } from '../../simulator/model.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { type Paired, pair } from './pair.ts';
import { type WholePage, wholePage } from './whole-page.ts';

const ITEM = '/data/applicationsForRuntime/data';

suite('reading a listing', () => {
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

  async function list(): Promise<WholePage<DirectorPage>> {
    const { director, transport, runtimeId } = paired;
    return wholePage(await fetchApplicationsPage(director, transport, { runtimeId }));
  }

  function createMany(count: number, bundles: { name: string }[] = []): void {
    for (let index = 0; index < count; index += 1)
      simulator.landscape.createApplication({ name: `app-${index}`, bundles });
  }

  const bundlePath = `${ITEM}/0/bundles/data/0`;
  const bad: [what: string, pointer: string, value: Json, message: RegExp, known: ('id' | 'name')[]][] = [
    ['null', `${ITEM}/0`, null, /the application is missing/, []],
    ['a text', `${ITEM}/0`, 'x', /the application is missing/, []],
    ['an Application without id', `${ITEM}/0/id`, null, /id is missing/, ['name']],
    ['an Application without name', `${ITEM}/0/name`, null, /name is missing/, ['id']],
    ['an empty name', `${ITEM}/0/name`, '', /name is empty/, ['id']],
    ['bundles: null', `${ITEM}/0/bundles`, null, /bundles is missing/, ['id', 'name']],
    ['bundles.data: [null]', `${ITEM}/0/bundles/data`, [null], /a bundle is missing/, ['id', 'name']],
    ['bundles.data: null', `${ITEM}/0/bundles/data`, null, /bundles.data is no list/, ['id', 'name']],
    ['bundles without pageInfo', `${ITEM}/0/bundles/pageInfo`, null, /bundles.pageInfo is missing/, ['id', 'name']],
    ['a count that does not agree', `${ITEM}/0/bundles/totalCount`, 7, /bundles changed/, ['id', 'name']],
    ['auths: [null]', `${ITEM}/0/auths`, [null], /one of auths is missing/, ['id', 'name']],
    [
      'apiDefinitions: null',
      `${bundlePath}/apiDefinitions`,
      null,
      /apiDefinitions of bundle .* is missing/,
      ['id', 'name'],
    ],
    [
      'an API without target',
      `${bundlePath}/apiDefinitions/data/0/targetURL`,
      null,
      /targetURL of API/,
      ['id', 'name'],
    ],
    [
      'headers that are no lists',
      `${bundlePath}/defaultInstanceAuth/additionalHeaders`,
      { h: 'canary' },
      /no map of lists/,
      ['id', 'name'],
    ],
    [
      'a credential without a secret',
      `${bundlePath}/defaultInstanceAuth/credential/password`,
      null,
      /password of credential/,
      ['id', 'name'],
    ],
    [
      'an auth that is a text',
      `${bundlePath}/defaultInstanceAuth`,
      'canary',
      /defaultInstanceAuth of bundle/,
      ['id', 'name'],
    ],
  ];
  for (const [what, pointer, value, message, known] of bad) {
    test(`D6: ${what} is a problem of that Application, and the rest is listed`, async () => {
      createMany(2, [withEverything()]);
      simulator.faults.add({ operation: 'applicationsForRuntime', set: { [pointer]: value } });
      const { applications, problems, totalCount } = await list();
      assert.deepEqual([applications.length, problems.length, totalCount], [1, 1, 2]);
      const [problem] = problems;
      assert.equal(problem?.reason, 'InvalidApplication');
      assert.match(problem?.message ?? '', message);
      assert.doesNotMatch(problem?.message ?? '', /canary/);
      assert.deepEqual(
        Object.keys(problem ?? {}).filter((key) => key === 'id' || key === 'name'),
        known,
      );
    });
  }

  function withEverything() {
    return {
      name: 'bundle',
      apiDefinitions: [{ name: 'api', targetURL: 'https://a' }],
      defaultInstanceAuth: {
        credential: { type: 'Basic' as const, username: 'u', password: 'canary' },
        additionalHeaders: { h: ['v'] },
      },
    };
  }

  test('D6, D24: what is optional may be null or absent, and what is unknown is left aside', async () => {
    createMany(1, [withEverything()]);
    simulator.faults.add({
      operation: 'applicationsForRuntime',
      set: {
        [`${ITEM}/0/auths`]: null,
        [`${ITEM}/0/newField`]: { a: 1 },
        '/data/applicationsForRuntime/pageInfo/more': 1,
      },
      remove: [`${ITEM}/0/description`, `${ITEM}/0/providerName`, `${bundlePath}/defaultInstanceAuth/requestAuth`],
    });
    const { applications, problems } = await list();
    assert.deepEqual(problems, []);
    assert.deepEqual(applications[0]?.clientIds, []);
    assert.equal(applications[0]?.description, null);
  });

  test('D6: a list of header values or query values that is null is an empty one, as Go writes it', async () => {
    createMany(1, [withEverything()]);
    const auth = `${bundlePath}/defaultInstanceAuth`;
    const set = { [`${auth}/additionalHeaders`]: { h: null }, [`${auth}/additionalQueryParams`]: { q: null } };
    simulator.faults.add({ operation: 'applicationsForRuntime', set });
    const { applications, problems } = await list();
    assert.deepEqual(problems, []);
    const read = applications[0]?.bundles[0]?.defaultInstanceAuth;
    assert.deepEqual([read?.additionalHeaders, read?.additionalQueryParams], [{ h: [] }, { q: [] }]);
  });

  test('D15: a credential of a type that is not known keeps its name', async () => {
    const auth = {
      credential: { type: 'CertificateOAuth' as const, clientId: 'c', certificate: 'canary', url: 'https://t' },
    };
    createMany(1, [{ name: 'bundle', defaultInstanceAuth: auth } as { name: string }]);
    const [application] = (await list()).applications;
    assert.deepEqual(application?.bundles[0]?.defaultInstanceAuth?.credential, {
      type: 'Unknown',
      typename: 'CertificateOAuthCredentialData',
    });
  });

  const frames: [what: string, pointer: string, value: Json][] = [
    ['no page', '/data/applicationsForRuntime', null],
    ['data: null', '/data/applicationsForRuntime/data', null],
    ['no totalCount', '/data/applicationsForRuntime/totalCount', null],
    ['no pageInfo', '/data/applicationsForRuntime/pageInfo', null],
    ['a next page without cursor', '/data/applicationsForRuntime/pageInfo', { hasNextPage: true, endCursor: '' }],
  ];
  for (const [what, pointer, value] of frames) {
    test(`D6: an answer with ${what} is InvalidAnswer as a whole`, async () => {
      createMany(1);
      simulator.faults.add({ operation: 'applicationsForRuntime', set: { [pointer]: value } });
      await assert.rejects(list(), { reason: 'InvalidAnswer', message: /applicationsForRuntime/ });
    });
  }
});

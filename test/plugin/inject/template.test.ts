import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'yaml';
import { hasReason } from '#common/errors.ts';
import { planInjection } from '../../../plugin/inject/additions.ts';
import { covers, isSameTemplate, mergePatchBetween } from '../../../plugin/inject/live/template-patch.ts';
import { warningsOf } from '../../../plugin/inject/live/warnings.ts';
import { put } from '../../../plugin/inject/put.ts';
import { planRemoval, remove } from '../../../plugin/inject/removal.ts';
import type { InjectionSettings } from '../../../plugin/inject/settings.ts';
import { recordIn, recordsAt, type Template, valueAt } from '../../../plugin/inject/template.ts';
import { readFromRoot } from '../../repository/tracked-files.ts';
import { SAMPLE_SETTINGS } from './sample-settings.ts';

const PLAIN: Template = {
  metadata: { labels: { app: 'orders' } },
  spec: { containers: [{ name: 'app', image: 'app' }], initContainers: [{ name: 'first', image: 'first' }] },
};

function inject(template: Template, settings: Partial<InjectionSettings> = {}) {
  const { additions, notes } = planInjection(template, { ...SAMPLE_SETTINGS, ...settings });
  const injected = put(template, additions);
  const lists = [...recordsAt(injected, ['spec', 'initContainers']), ...recordsAt(injected, ['spec', 'containers'])];
  const sidecar = lists.find(({ name }) => name === 'compass-sidecar');
  assert.ok(sidecar);
  return { injected, sidecar, notes };
}

function ofPod(podSpec: object): Template {
  return { ...PLAIN, spec: { ...(PLAIN['spec'] as object), ...podSpec } };
}

test('the sidecar of a workload runs as the one of the manifests does', async () => {
  const deployment = parse(await readFromRoot('sidecar/deploy/deployment.yaml')) as Template;
  const [central] = recordsAt(deployment, ['spec', 'template', 'spec', 'containers']);
  const { sidecar } = inject(PLAIN, { mode: 'full' });
  for (const field of ['command', 'resources', 'imagePullPolicy']) assert.deepEqual(sidecar[field], central?.[field]);
  const pod = valueAt(deployment, ['spec', 'template', 'spec', 'securityContext']) as object;
  const own = central?.['securityContext'] as object;
  assert.deepEqual(sidecar['securityContext'], { ...pod, ...own });
  const malloc = (one: Template | undefined) =>
    recordsAt(one, ['env']).filter(({ name }) => /^(?:MALLOC|APP_MIRROR)/.test(String(name)));
  assert.deepEqual(
    malloc(sidecar)
      .map(({ name, value }) => `${name}=${value}`)
      .toSorted(),
    malloc(central)
      .map(({ name, value }) => `${name}=${value}`)
      .toSorted(),
  );
});

test('a native sidecar comes first and serves init containers, another one comes last', () => {
  const native = inject(PLAIN, { native: true });
  const names = (list: string) => recordsAt(native.injected, ['spec', list]).map(({ name }) => name);
  assert.deepEqual([names('initContainers'), names('containers')], [['compass-sidecar', 'first'], ['app']]);
  assert.equal(native.sidecar['restartPolicy'], 'Always');
  assert.ok(valueAt(native.injected, ['spec', 'initContainers', 'first', 'volumeMounts', 'compass-credentials']));
  const { injected } = inject(PLAIN);
  assert.equal(recordsAt(injected, ['spec', 'containers']).at(-1)?.['name'], 'compass-sidecar');
  assert.equal(valueAt(injected, ['spec', 'initContainers', 'first', 'volumeMounts']), undefined);
});

test('what the flags say is in the container, and nothing else of the Pod is changed', () => {
  const { sidecar, injected, notes } = inject(ofPod({ securityContext: { runAsUser: 1000, fsGroup: 5 } }), {
    fileMode: '0400',
    proxyPort: 8090,
    notifyUrl: 'http://127.0.0.1:1/',
    notifySignal: 'SIGHUP:nginx',
    environment: { APP_LOG_LEVEL: 'debug', MALLOC_ARENA_MAX: '2' },
    containers: ['app'],
  });
  const variables = Object.fromEntries(recordsAt(sidecar, ['env']).map(({ name, value }) => [name, value]));
  assert.equal(variables['APP_DIRECTOR_PROXY_PORT'], '8090');
  assert.equal(variables['APP_HEALTH_PORT'], '8091', 'the next that is free');
  assert.equal(valueAt(sidecar, ['livenessProbe', 'httpGet', 'port']), 8091);
  assert.deepEqual(
    [variables['APP_CREDENTIALS_FILE_MODE'], variables['APP_LOG_LEVEL'], variables['MALLOC_ARENA_MAX']],
    ['0400', 'debug', '2'],
  );
  assert.equal(valueAt(sidecar, ['securityContext', 'runAsUser']), 1000, 'who signals a process has its user');
  assert.equal(valueAt(injected, ['spec', 'securityContext', 'fsGroup']), 5);
  assert.equal(valueAt(injected, ['spec', 'shareProcessNamespace']), true);
  assert.match(notes.join(), /shareProcessNamespace is set/);
  assert.equal(sidecar['ports'], undefined);
  assert.equal(sidecar['readinessProbe'], undefined);
});

test('a name, path or port that is taken is named', () => {
  const mounted = [{ name: 'app', volumeMounts: [{ name: 'x', mountPath: '/var/run/compass/' }] }];
  const cases: readonly (readonly [object, Partial<InjectionSettings>, RegExp])[] = [
    [{ containers: mounted }, {}, /container app has something mounted at \/var\/run\/compass/],
    [{ volumes: [{ name: 'compass-token' }] }, {}, /there is a volume compass-token/],
    [{ containers: [{ name: 'a', ports: [{ containerPort: 7 }] }] }, { proxyPort: 7 }, /declares port 7 already/],
    [{}, { proxyPort: 9, healthPort: 9 }, /port 9 is asked for twice/],
    [{}, { containers: ['other'] }, /no container other; there is first, app/],
    [{}, { containers: ['first'] }, /init container first starts before the sidecar/],
    [{ shareProcessNamespace: false }, { notifySignal: 'SIGHUP:x' }, /use --notify-url/],
    [{ containers: [] }, {}, /has no containers/],
  ];
  for (const [podSpec, settings, message] of cases) {
    const isRefusal = (error: unknown) => hasReason(error, 'ConfigurationBlocked') && message.test(error.message);
    assert.throws(() => inject(ofPod(podSpec), settings), isRefusal, String(message));
  }
});

test('files of a group are for all containers where the Pod has one', () => {
  const noteOf = (podSpec: object, fileMode: string) => inject(ofPod(podSpec), { fileMode }).notes.join();
  assert.equal(noteOf({ securityContext: { fsGroup: 5 } }, '0440'), '');
  assert.match(noteOf({ securityContext: { fsGroup: 5 } }, '0400'), /read by no other user/);
  assert.match(noteOf({}, '440'), /read by no other user/);
  assert.equal(noteOf({}, '0444'), '');
});

test('who else may ask the Director on the network of a node, and a password that is passed on, are warned about', () => {
  const account = { namespace: 'shop', name: 'orders' };
  const warn = (podSpec: object, settings: Partial<InjectionSettings>, environment = {}) =>
    warningsOf({ ...SAMPLE_SETTINGS, ...settings }, account, ofPod(podSpec), {
      environment,
      proxiesElsewhere: ['https_proxy'],
    }).join();
  assert.match(warn({ hostNetwork: true }, { proxyPort: 8888 }), /everything on the node can query the Director/);
  assert.equal(warn({ hostNetwork: true }, {}), '');
  assert.match(
    warn({}, { proxyPort: 8888 }),
    /^the installed sidecar has https_proxy from elsewhere, .* --set-from-secret https_proxy=SECRET\/KEY$/,
  );
  const secretEnvironment = { https_proxy: { name: 'proxy', key: 'url' } };
  assert.equal(warn({}, { proxyPort: 8888, secretEnvironment }), '');
  const environment = { HTTPS_PROXY: 'http://me:canary@proxy:3128', NO_PROXY: 'a@b' };
  const text = warn({}, { proxyPort: 8888, environment }, environment);
  assert.match(text, /HTTPS_PROXY holds a password, which stands in the Pod template: --set-from-secret HTTPS_PROXY/);
  assert.doesNotMatch(text, /canary|NO_PROXY/);
  assert.equal(warn({}, {}, environment), '');
});

test('a template is as it was after eject, whatever was made for the sidecar', () => {
  for (const template of [PLAIN, ofPod({ volumes: [] }), ofPod({ securityContext: {} }), { spec: PLAIN['spec'] }]) {
    for (const settings of [{}, { native: true }, { notifySignal: 'SIGHUP:x' }, { mode: 'full' as const }]) {
      const { injected } = inject(template, settings);
      const record = recordIn(injected);
      assert.ok(record);
      assert.deepEqual(remove(injected, planRemoval(injected, record)), template);
    }
  }
  const { injected } = inject(PLAIN);
  const changed = put(injected, [{ path: ['spec', 'securityContext'], entries: { fsGroup: 7 } }]);
  const record = recordIn(changed);
  assert.ok(record);
  const left = remove(changed, planRemoval(changed, record));
  assert.equal(valueAt(left, ['spec', 'securityContext', 'fsGroup']), 7, 'what somebody else set since stays');
});

test('a merge patch makes one template of another, and defaults make no difference', () => {
  const before = { a: 1, b: { c: [1], d: 2 }, e: 3 };
  assert.deepEqual(mergePatchBetween(before, { a: 1, b: { c: [1, 2] }, f: 4 }), {
    e: null,
    b: { d: null, c: [1, 2] },
    f: 4,
  });
  const one = { l: [{ name: 'a', x: 1 }, { name: 'b' }], e: {} };
  assert.ok(isSameTemplate(one, { l: [{ name: 'b' }, { name: 'a', x: 1 }] }));
  assert.ok(!isSameTemplate(one, { l: [{ name: 'b' }, { name: 'a', x: 2 }] }));
  assert.ok(covers({ l: [{ name: 'a', x: 1, y: 2 }, { name: 'b' }], z: 1 }, one));
  assert.ok(!covers({ l: [{ name: 'a', x: 1 }] }, one));
  // One volume may be mounted twice.
  const twice = { l: [{ name: 'a', x: 1 }, { name: 'a', x: 2 }, { name: 'b' }] };
  assert.ok(covers(twice, twice));
  assert.ok(!covers({ l: [{ name: 'a', x: 1 }, { name: 'a', x: 1 }, { name: 'b' }] }, twice));
});

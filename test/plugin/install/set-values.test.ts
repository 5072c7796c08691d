import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSets } from '../../../plugin/install/set-values.ts';
import { DEFAULT_VALUES } from '../../../plugin/install/values.ts';
import { runHere } from '../run-plugin.ts';

test('a value that cannot be used is refused by its name, before any call', async () => {
  for (const [set, says] of [
    ['replicas=many', /--set replicas is "many", and must be a number/],
    ['replica=1', /--set knows no "replica"; did you mean replicas\?/],
    ['image', /is no key=value/],
    ['integrationNamespace=No', /must be the name of a namespace/],
    ['resources.limits.memory=lots', /must be a quantity/],
    [
      'APP_LOG_LEVLE=debug',
      /--set APP_LOG_LEVLE is no setting of the sidecar of this version; did you mean APP_LOG_LEVEL\?/,
    ],
    [
      'APP_UPLOAD_SERVICE_URL=x',
      /is no setting of the sidecar of this version; docs\/settings\.md lists those that there are/,
    ],
    ['APP_LOG_LEVLE=', /is no setting of the sidecar/],
    ['APP_HEALTH_PORT=70000', /must be a port from 1 to 65535/],
    ['APP_AGENT_CONFIGURATION_SECRET=other/name', /must be in compass-system, where the sidecar's rights are/],
  ] as const) {
    const { code, stderr } = await runHere(['install', '--generate', '--set', set], { KUBECONFIG: '/nowhere' });
    assert.equal(code, 2, set);
    assert.match(stderr, says);
  }
});

test('a value with nothing behind = is taken back', () => {
  const set = withSets(DEFAULT_VALUES, [
    'image=registry.example.com/compass-sidecar:0.1.0',
    'imagePullPolicy=Always',
    'imagePullSecrets=one,two',
    'replicas=3',
    'integrationNamespace=kyma-integration',
    'connectionName=other',
    'caConfigMap=roots',
    'istioCa=true',
    'networkPolicy=true',
    'APP_LOG_LEVEL=debug',
  ]);
  const names = ['image', 'imagePullPolicy', 'imagePullSecrets', 'replicas', 'integrationNamespace', 'connectionName'];
  const all = [...names, 'caConfigMap', 'istioCa', 'networkPolicy', 'APP_LOG_LEVEL'];
  assert.deepEqual(
    withSets(
      set,
      all.map((name) => `${name}=`),
    ),
    DEFAULT_VALUES,
  );
});

test('a setting that an installation has from elsewhere can be taken back, whatever it is', () => {
  const from = { ...DEFAULT_VALUES, settings: { APP_OF_TOMORROW: 'x', APP_LOG_LEVEL: 'debug' } };
  assert.deepEqual(withSets(from, ['APP_OF_TOMORROW=']).settings, { APP_LOG_LEVEL: 'debug' });
  assert.throws(() => withSets(from, ['APP_OF_TOMORROW=y']), /APP_OF_TOMORROW is no setting of the sidecar/);
  // What is there stays as it is.
  assert.deepEqual(withSets(from, ['replicas=2']).settings, from.settings);
});

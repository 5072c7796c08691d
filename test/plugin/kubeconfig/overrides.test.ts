import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import type { Kubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { hasReason } from '#common/errors.ts';
import { ParsedFlags } from '../../../plugin/flags.ts';
import { clusterFlags, sidecarNamespace } from '../../../plugin/kubeconfig/flags.ts';
import { chooseByFlags } from '../../../plugin/kubeconfig/overrides.ts';
import { podKubeconfig } from '../../../plugin/kubeconfig/pod.ts';

const CONFIG: Kubeconfig = {
  currentContext: 'dev',
  clusters: new Map([
    ['east', { server: 'https://east.example', 'certificate-authority-data': 'Q0E=' }],
    ['west', { server: 'https://west.example/k8s/' }],
  ]),
  users: new Map([
    ['eva', { exec: { command: 'login' }, 'client-certificate-data': 'Yw==', 'client-key-data': 'aw==' }],
    ['otto', { tokenFile: '/var/run/token', as: 'boss' }],
  ]),
  contexts: new Map([
    ['dev', { cluster: 'east', user: 'eva', namespace: 'shop' }],
    ['prod', { cluster: 'west', user: 'otto' }],
  ]),
};

function choose(values: Readonly<Record<string, unknown>>, config: Kubeconfig | undefined = CONFIG) {
  return chooseByFlags(config, new ParsedFlags(values));
}

describe('which cluster, by kubeconfig and flags', () => {
  test('without a flag it is the current context', () => {
    const { server, userName } = choose({});
    assert.deepEqual({ server, userName }, { server: 'https://east.example', userName: 'eva' });
  });

  test('--context names another; --cluster and --user take the place of its parts', () => {
    assert.equal(choose({ context: 'prod' }).server, 'https://west.example/k8s');
    const { server, userName, user } = choose({ context: 'prod', cluster: 'east', user: 'eva' });
    assert.deepEqual({ server, userName }, { server: 'https://east.example', userName: 'eva' });
    assert.equal(user.exec?.command, 'login');
  });

  test('the last of two is the one that counts, and an empty one is none', () => {
    assert.equal(choose({ context: ['dev', 'prod'] }).server, 'https://west.example/k8s');
    assert.equal(choose({ context: '' }).server, 'https://east.example');
  });

  test('--server alone is enough, also without any kubeconfig', () => {
    assert.equal(choose({ server: 'https://other.example' }).server, 'https://other.example');
    assert.equal(
      chooseByFlags(undefined, new ParsedFlags({ server: 'localhost:8080' })).server,
      'http://localhost:8080',
    );
  });

  test('--server keeps the CA of the cluster that it takes the place of', () => {
    assert.equal(choose({ server: 'https://other.example' }).cluster['certificate-authority-data'], 'Q0E=');
  });

  test('--certificate-authority and --insecure-skip-tls-verify put the CA of the kubeconfig out of use', () => {
    const own = choose({ 'certificate-authority': 'ca.pem' }).cluster;
    assert.equal(own['certificate-authority'], resolve('ca.pem'));
    assert.equal(own['certificate-authority-data'], undefined);
    const none = choose({ 'insecure-skip-tls-verify': true, 'tls-server-name': 'east' }).cluster;
    assert.equal(none['insecure-skip-tls-verify'], true);
    assert.equal(none['tls-server-name'], 'east');
    assert.equal(none['certificate-authority-data'], undefined);
  });

  test('--token is the one that counts: no credential plugin is asked, no token file read', () => {
    const { user } = choose({ token: 'made-up' });
    assert.deepEqual(user, { 'client-certificate-data': 'Yw==', 'client-key-data': 'aw==', token: 'made-up' });
    assert.equal(choose({ context: 'prod', token: 'made-up' }).user.tokenFile, undefined);
  });

  test('--client-certificate and --client-key take the place of those in the kubeconfig', () => {
    const { user } = choose({ 'client-certificate': 'a.crt', 'client-key': '/b.key' });
    assert.equal(user['client-certificate'], resolve('a.crt'));
    assert.equal(user['client-key'], '/b.key');
    assert.ok(!user['client-certificate-data']);
    assert.ok(!user['client-key-data']);
  });

  test('--as, --as-group and --as-uid say whom to impersonate', () => {
    const { user } = choose({ context: 'prod', as: 'eve', 'as-group': ['a,b', 'c'], 'as-uid': '7' });
    assert.equal(user.as, 'eve');
    assert.deepEqual(user['as-groups'], ['a,b', 'c']);
    assert.equal(user['as-uid'], '7');
  });

  const WRONG: readonly (readonly [values: Record<string, unknown>, message: RegExp])[] = [
    [{ context: 'none' }, /no context "none"/],
    [{ context: 'none', server: 'https://other.example' }, /no context "none"/],
    [{ cluster: 'none' }, /no cluster "none"/],
    [{ user: 'none' }, /no user "none"/],
    [{ 'as-uid': '7' }, /need --as/],
  ];
  for (const [values, message] of WRONG) {
    test(`a name that is nowhere is refused: ${JSON.stringify(values)}`, () => {
      assert.throws(
        () => choose(values),
        (error) => hasReason(error, 'InvalidSetting', 'Usage') && message.test(error.message),
      );
    });
  }
});

test("the sidecar's namespace is never that of the context", () => {
  assert.equal(sidecarNamespace(new ParsedFlags({}), {}), undefined);
  assert.equal(sidecarNamespace(new ParsedFlags({}), { COMPASS_NAMESPACE: 'a' }), 'a');
  assert.equal(sidecarNamespace(new ParsedFlags({ namespace: 'b' }), { COMPASS_NAMESPACE: 'a' }), 'b');
});

test('a suggested command goes to the same cluster', () => {
  assert.equal(clusterFlags(new ParsedFlags({})), undefined);
  const flags = new ParsedFlags({ context: 'prod eu', kubeconfig: '/a/b', token: 'made-up' });
  assert.equal(clusterFlags(flags), "--kubeconfig /a/b --context 'prod eu'");
  const hers = new ParsedFlags({ context: "jane's" });
  assert.equal(clusterFlags(hers), "--context 'jane'\\''s'");
});

test('what cannot be used is named by what people wrote, and a password is not repeated', () => {
  const said = (values: Readonly<Record<string, unknown>>) => {
    try {
      return choose(values).server;
    } catch (error) {
      return hasReason(error, 'InvalidSetting') ? error.message : String(error);
    }
  };
  assert.equal(said({ user: 'nobody' }), 'the kubeconfig has no user "nobody"');
  assert.equal(said({ server: 'http://a b' }), 'server is not a URL');
  const server = 'https://eva:made-up@east.example';
  assert.equal(said({ server }), 'server holds a user name or a password, which belong to the user');
  assert.equal(clusterFlags(new ParsedFlags({ server, context: 'dev' })), '--context dev');
});

describe('in a Pod without a kubeconfig', () => {
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  test('who asks is as the flags say, and not silently the service account', () => {
    const flags = new ParsedFlags({
      as: 'eva',
      'as-group': ['admins'],
      'as-user-extra': ['team=a', 'team=b', 'x=1=2'],
    });
    const own = podKubeconfig(flags, env);
    const { server, user, cluster } = chooseByFlags(own, flags);
    assert.equal(server, 'https://[fd00::1]:443');
    assert.match(cluster['certificate-authority'] ?? '', /serviceaccount\/ca\.crt$/);
    assert.match(user.tokenFile ?? '', /serviceaccount\/token$/);
    assert.deepEqual(user['as-groups'], ['admins']);
    assert.deepEqual(user['as-user-extra'], { team: ['a', 'b'], x: ['1=2'] });
  });

  test('a token takes the place of its own', () => {
    const flags = new ParsedFlags({ token: 'canary' });
    const { user } = chooseByFlags(podKubeconfig(flags, env), flags);
    assert.deepEqual(user, { token: 'canary' });
  });

  test('without such flags, and outside of a Pod, nothing changes', () => {
    assert.equal(podKubeconfig(new ParsedFlags({ namespace: 'kyma' }), env), undefined);
    assert.equal(podKubeconfig(new ParsedFlags({ as: 'eva' }), {}), undefined);
  });
});

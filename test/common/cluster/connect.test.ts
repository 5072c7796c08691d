import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { connectCluster } from '#common/cluster/connect.ts';
import { readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import { hasReason } from '#common/errors.ts';
import { startTestCluster, type TestCluster } from '../../cluster/start-test-cluster.ts';

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-connect-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A ServiceAccount that may do nothing but tell who it is by being refused. */
async function accountToken(api: TestCluster, name: string): Promise<string> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } };
  await api.request('POST', '/api/v1/namespaces/default/serviceaccounts', { body: account });
  return (await api.asServiceAccount('default', name)).token;
}

/** Who the server takes the caller for, from the message of its refusal. */
async function callerOf(options: Parameters<typeof connectCluster>[0]): Promise<string | undefined> {
  const cluster = await connectCluster(options);
  try {
    await cluster.raw('/api/v1/namespaces/default/secrets');
    return 'an administrator';
  } catch (error) {
    return /User "([^"]*)"/.exec(String(error))?.[1] ?? String(error);
  } finally {
    cluster.close();
  }
}

interface Parts {
  readonly user: object;
  readonly cluster?: object;
}

async function writeConfig(api: TestCluster, folder: string, { user, cluster = {} }: Parts): Promise<string> {
  const path = join(folder, 'config');
  const authority = Buffer.from(api.ca).toString('base64');
  const config = {
    clusters: [{ name: 'c', cluster: { server: api.server, 'certificate-authority-data': authority, ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  await writeFile(path, JSON.stringify(config));
  return path;
}

test('whoever the kubeconfig names is who talks', async (t) => {
  const api = await startTestCluster(t);
  const folder = await newFolder(t);
  const token = await accountToken(api, 'robot');
  const robot = 'system:serviceaccount:default:robot';
  await t.test('by client certificate', async () => {
    assert.equal(await callerOf({ kubeconfigPath: api.kubeconfigPath }), 'an administrator');
  });
  await t.test('by token', async () => {
    assert.equal(await callerOf({ kubeconfigPath: await writeConfig(api, folder, { user: { token } }) }), robot);
  });
  await t.test('by a token file beside the kubeconfig', async () => {
    await writeFile(join(folder, 'token'), `${token}\n`);
    const kubeconfigPath = await writeConfig(api, folder, { user: { tokenFile: 'token' } });
    assert.equal(await callerOf({ kubeconfigPath }), robot);
  });
  await t.test('as somebody else, where an administrator says so', async () => {
    const admin = (await readKubeconfig([api.kubeconfigPath]))?.users.get('user');
    const user = { ...admin, as: 'jane', 'as-groups': ['writers', 'readers'] };
    assert.equal(await callerOf({ kubeconfigPath: await writeConfig(api, folder, { user }) }), 'jane');
    const master = { ...admin, as: 'jane', 'as-groups': ['readers', 'system:masters'] };
    assert.equal(
      await callerOf({ kubeconfigPath: await writeConfig(api, folder, { user: master }) }),
      'an administrator',
    );
  });
  await t.test('by a credential plugin, which is told what it is asked for', async () => {
    const plugin = join(folder, 'plugin.sh');
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    await writeFile(
      plugin,
      `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" > ${folder}/told\ncat <<E\n${JSON.stringify(credential)}\nE\n`,
    );
    await chmod(plugin, 0o700);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' };
    assert.equal(await callerOf({ kubeconfigPath: await writeConfig(api, folder, { user: { exec } }) }), robot);
    const told = JSON.parse(await readFile(join(folder, 'told'), 'utf8')) as { kind: string };
    assert.equal(told.kind, 'ExecCredential');
  });
  await t.test('by a credential plugin, which is asked once, however many requests wait for it', async () => {
    const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token } };
    const args = ['-c', `echo run >> "$0"; echo "$1"`, join(folder, 'runs'), JSON.stringify(credential)];
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args, interactiveMode: 'Never' };
    const cluster = await connectCluster({ kubeconfigPath: await writeConfig(api, folder, { user: { exec } }) });
    const refused = await Promise.allSettled([1, 2, 3].map(() => cluster.raw('/api/v1/namespaces/default/secrets')));
    cluster.close();
    for (const one of refused) {
      assert.match(String(one.status === 'rejected' && one.reason), /serviceaccount:default:robot/);
    }
    assert.equal(await readFile(join(folder, 'runs'), 'utf8'), 'run\n');
  });
  await t.test('a token with a line break in it is refused, and not shown', async () => {
    const user = { token: 'first\nsecond' };
    const caller = String(await callerOf({ kubeconfigPath: await writeConfig(api, folder, { user }) }));
    assert.match(caller, /the bearer token for the API server holds a line break/);
    assert.doesNotMatch(caller, /second/);
  });
  await t.test('a plugin that fails says why, in one line', async () => {
    const args = ['-c', 'echo please log in >&2; echo more >&2; exit 3'];
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args };
    const caller = await callerOf({ kubeconfigPath: await writeConfig(api, folder, { user: { exec } }) });
    assert.match(String(caller), /the credential plugin sh failed: please log in$/);
  });
  await t.test('a server of another name is not trusted, unless the kubeconfig says so', async () => {
    const wrong = { 'tls-server-name': 'other.example.com' };
    const refused = await callerOf({
      kubeconfigPath: await writeConfig(api, folder, { user: { token }, cluster: wrong }),
    });
    assert.match(String(refused), /its certificate is for another host/);
    const right = { 'tls-server-name': 'localhost' };
    const trusted = await writeConfig(api, folder, { user: { token }, cluster: right });
    assert.equal(await callerOf({ kubeconfigPath: trusted }), robot);
    const skipping = { 'insecure-skip-tls-verify': true, 'certificate-authority-data': undefined };
    const unverified = await writeConfig(api, folder, { user: { token }, cluster: skipping });
    assert.equal(await callerOf({ kubeconfigPath: unverified }), robot);
  });
});

test('several kubeconfigs are one, and the first to name something wins', async (t) => {
  const folder = await newFolder(t);
  const first = join(folder, 'first');
  const second = join(folder, 'second');
  const cluster = (server: string) => [{ name: 'c', cluster: { server } }];
  await writeFile(first, JSON.stringify({ clusters: cluster('https://first.invalid:6443/') }));
  const contexts = [{ name: 'x', context: { cluster: 'c' } }];
  await writeFile(
    second,
    JSON.stringify({ clusters: cluster('https://second.invalid'), contexts, 'current-context': 'x' }),
  );
  const env = { KUBECONFIG: [join(folder, 'absent'), first, second].join(delimiter) };
  assert.equal((await connectCluster({ env })).server, 'https://first.invalid:6443');
});

test('a cluster that cannot be found is a wrong setting, with the name of what is missing', async (t) => {
  const folder = await newFolder(t);
  const broken = join(folder, 'broken');
  await writeFile(broken, 'users: [{token: canary\n');
  const empty = join(folder, 'empty');
  await writeFile(empty, '');
  const cases: [Parameters<typeof connectCluster>[0], RegExp][] = [
    [{ env: { HOME: folder } }, /no cluster to talk to: .*\.kube.config does not exist/],
    [{ kubeconfigPath: join(folder, 'absent') }, /absent does not exist$/],
    [{ kubeconfigPath: broken }, /broken: it is no valid YAML$/],
    [{ kubeconfigPath: empty }, /no current context/],
    [{ kubeconfigPath: empty, context: 'there' }, /no context "there"/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(connectCluster(options), (error: unknown) => {
      assert.ok(hasReason(error, 'InvalidSetting'), String(error));
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /canary/);
      return true;
    });
  }
});

test('K22: in a Pod its service account talks, also after the kubelet replaced a token that no longer holds', async (t) => {
  const api = await startTestCluster(t);
  const folder = await newFolder(t);
  const account = join(folder, 'account');
  await mkdir(account);
  const { hostname, port } = new URL(api.server);
  const env = { HOME: folder, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  await writeFile(join(account, 'ca.crt'), api.ca);
  await writeFile(join(account, 'token'), 'no-longer-valid');
  const cluster = await connectCluster({ env, serviceAccountFolder: account });
  t.after(() => cluster.close());
  await assert.rejects(cluster.raw('/api'), (error: unknown) => hasReason(error, 'ClusterUnauthorized'));
  await writeFile(join(account, 'token'), `${await accountToken(api, 'pod')}\n`);
  const { versions } = (await cluster.raw('/api')) as { versions: string[] };
  assert.deepEqual(versions, ['v1']);
});

test('K22: in a Pod the token is read anew each minute, before the old one stops to hold', async (t) => {
  const api = await startTestCluster(t);
  const folder = await newFolder(t);
  const { hostname, port } = new URL(api.server);
  const env = { HOME: folder, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port };
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  await writeFile(join(folder, 'ca.crt'), api.ca);
  await writeFile(join(folder, 'token'), await accountToken(api, 'early'));
  const cluster = await connectCluster({ env, clock, serviceAccountFolder: folder });
  t.after(() => cluster.close());
  const asks = (name: string) => {
    return assert.rejects(cluster.raw('/api/v1/secrets'), new RegExp(`User "system:serviceaccount:default:${name}"`));
  };
  await asks('early');
  await writeFile(join(folder, 'token'), await accountToken(api, 'late'));
  nowMs = 59_000;
  await asks('early');
  nowMs = 60_000;
  await asks('late');
});

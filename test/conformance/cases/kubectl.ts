import assert from 'node:assert/strict';
import { stringify } from 'yaml';
import { until } from '../../cluster/until.ts';
import { application, type Case, CONNECTIONS, configMap, connection, expectCode, MERGE, secret } from '../world.ts';

const yaml = (...objects: readonly object[]) => objects.map((object) => stringify(object)).join('---\n');

/** What kubectl does with the server, by its own output and exit code. */
export const KUBECTL_CASES: readonly Case[] = [
  {
    name: 'get as a table, as a name, as JSON, by JSONPath',
    async run({ ok, post, at }) {
      expectCode(await post(at('configmaps'), configMap('a', { k: '1' }, { labels: { l: 'x' } })), 201);
      assert.match(await ok('get', 'configmap', 'a'), /^NAME +DATA +AGE\na +1 +\d+s\n$/);
      assert.equal(await ok('get', 'cm', '-l', 'l=x', '-o', 'name'), 'configmap/a\n');
      assert.equal(await ok('get', 'cm', 'a', '-o', 'jsonpath={.data.k}'), '1');
      assert.equal(JSON.parse(await ok('get', 'cm', 'a', '-o', 'json')).metadata.name, 'a');
      assert.match(await ok('get', 'cm', '-l', 'l=x', '--show-labels'), /l=x/);
    },
  },
  {
    name: 'get of what is not there: kubectl tells object, resource and type apart',
    async run({ kubectl, namespace }) {
      const missing = await kubectl(['-n', namespace, 'get', 'configmap', 'nope']);
      assert.deepEqual(
        [missing.code, missing.stderr],
        [1, 'Error from server (NotFound): configmaps "nope" not found\n'],
      );
      const type = await kubectl(['get', 'nonsense']);
      assert.deepEqual([type.code, type.stderr], [1, 'error: the server doesn\'t have a resource type "nonsense"\n']);
      const ignored = await kubectl(['-n', namespace, 'get', 'configmap', 'nope', '--ignore-not-found']);
      assert.deepEqual([ignored.code, ignored.stdout], [0, '']);
    },
  },
  {
    name: 'apply twice: created, unchanged, configured; what left the file leaves the object',
    async run({ ok, kubectl, namespace }) {
      const apply = async (object: object) =>
        (await kubectl(['-n', namespace, 'apply', '-f', '-'], { input: yaml(object) })).stdout;
      assert.equal(await apply(configMap('a', { k: '1', gone: '1' })), 'configmap/a created\n');
      assert.equal(await apply(configMap('a', { k: '1', gone: '1' })), 'configmap/a unchanged\n');
      assert.equal(await apply(configMap('a', { k: '2' })), 'configmap/a configured\n');
      assert.equal(await ok('get', 'cm', 'a', '-o', 'jsonpath={.data}'), '{"k":"2"}');
    },
  },
  {
    name: 'apply of a custom resource is a merge patch, and works the same',
    async run({ ok, kubectl, namespace }) {
      const apply = async (object: object) => (await kubectl(['apply', '-f', '-'], { input: yaml(object) })).stdout;
      const name = `compassconnection.compass.kyma-project.io/${namespace}`;
      assert.equal(await apply(connection(namespace)), `${name} created\n`);
      const spec = { ...connection(namespace).spec, resyncNow: true };
      assert.equal(await apply(connection(namespace, { spec })), `${name} configured\n`);
      assert.equal(await apply(connection(namespace)), `${name} configured\n`);
      assert.equal(await ok('get', 'compassconnection', namespace, '-o', 'jsonpath={.spec.resyncNow}'), '');
    },
  },
  {
    name: 'apply on the server, and its conflict',
    async run({ kubectl, namespace }) {
      const apply = (manager: string, value: string, ...more: string[]) =>
        kubectl(['-n', namespace, 'apply', '--server-side', '--field-manager', manager, ...more, '-f', '-'], {
          input: yaml(configMap('a', { k: value })),
        });
      assert.equal((await apply('one', '1')).stdout, 'configmap/a serverside-applied\n');
      const conflict = await apply('two', '2');
      assert.equal(conflict.code, 1);
      assert.match(conflict.stderr, /Apply failed with 1 conflict: conflict with "one"/);
      assert.equal((await apply('two', '2', '--force-conflicts')).code, 0);
    },
  },
  {
    name: 'create, label, annotate, patch, replace and delete',
    async run({ ok, kubectl, namespace }) {
      assert.equal(await ok('create', 'secret', 'generic', 's', '--from-literal=TOKEN=t'), 'secret/s created\n');
      assert.equal(await ok('label', 'secret', 's', 'a=b'), 'secret/s labeled\n');
      assert.equal(await ok('annotate', 'secret', 's', 'c=d'), 'secret/s annotated\n');
      assert.equal(await ok('label', 'secret', 's', 'a-'), 'secret/s unlabeled\n');
      assert.equal(await ok('patch', 'secret', 's', '-p', '{"stringData":{"X":"1"}}'), 'secret/s patched\n');
      assert.equal(await ok('patch', 'secret', 's', '--type=merge', '-p', '{"data":{"X":null}}'), 'secret/s patched\n');
      assert.equal(
        await ok('patch', 'secret', 's', '--type=json', '-p', '[{"op":"remove","path":"/data/TOKEN"}]'),
        'secret/s patched\n',
      );
      assert.equal(await ok('get', 'secret', 's', '-o', 'jsonpath={.data}{.metadata.annotations.c}'), 'd');
      const replaced = await kubectl(['-n', namespace, 'replace', '-f', '-'], { input: yaml(secret('s', { Y: '2' })) });
      assert.equal(replaced.stdout, 'secret/s replaced\n');
      assert.match(await ok('delete', 'secret', 's'), /^secret "s" deleted/);
      const again = await kubectl(['-n', namespace, 'delete', 'secret', 's']);
      assert.equal(again.code, 1);
    },
  },
  {
    name: 'a patch that changes nothing says so',
    async run({ ok }) {
      await ok('create', 'configmap', 'a', '--from-literal=k=1');
      assert.equal(await ok('patch', 'cm', 'a', '-p', '{"data":{"k":"1"}}'), 'configmap/a patched (no change)\n');
    },
  },
  {
    name: 'edit stores what the editor leaves',
    async run({ ok, kubectl, namespace }) {
      await ok('create', 'configmap', 'a', '--from-literal=k=before');
      const env = { KUBE_EDITOR: 'sed -i s/before/after/' };
      const edited = await kubectl(['-n', namespace, 'edit', 'configmap', 'a'], { env });
      assert.deepEqual([edited.code, edited.stdout], [0, 'configmap/a edited\n']);
      assert.equal(await ok('get', 'cm', 'a', '-o', 'jsonpath={.data.k}'), 'after');
    },
  },
  {
    name: 'wait returns when the field has the value, and fails when it does not come',
    async run({ ok, kubectl, patch, post, namespace }) {
      expectCode(await post(CONNECTIONS, connection(namespace)), 201);
      const state = '{.status.connectionState}';
      const waiting = ok(
        'wait',
        `compassconnection/${namespace}`,
        `--for=jsonpath=${state}=Synchronized`,
        '--timeout=20s',
      );
      const status = { connectionState: 'Synchronized', connectionStatus: { certificateStatus: {} } };
      expectCode(await patch(`${CONNECTIONS}/${namespace}`, 'application/merge-patch+json', { status }), 200);
      assert.match(await waiting, /condition met/);
      const never = await kubectl([
        'wait',
        `compassconnection/${namespace}`,
        `--for=jsonpath=${state}=Never`,
        '--timeout=1s',
      ]);
      assert.equal(never.code, 1);
      assert.match(never.stderr, /timed out waiting/);
    },
  },
  {
    name: 'wait for a deletion',
    async run({ ok }) {
      await ok('create', 'configmap', 'a');
      const waiting = ok('wait', '--for=delete', 'configmap/a', '--timeout=20s');
      await ok('delete', 'configmap', 'a', '--wait=false');
      await waiting;
    },
  },
  {
    name: 'describe shows a Secret without its values, and the Events of an object',
    async run({ ok, post, at, namespace }) {
      const { metadata } = expectCode(await post(at('secrets'), secret('s', { TOKEN: 'canary' })), 201);
      const involvedObject = { kind: 'Secret', name: 's', namespace, uid: metadata.uid };
      const event = {
        apiVersion: 'v1',
        kind: 'Event',
        metadata: { name: 'e', namespace },
        involvedObject,
        reason: 'Seen',
        message: 'here',
        type: 'Normal',
      };
      expectCode(await post(at('events'), event), 201);
      const shown = await ok('describe', 'secret', 's');
      assert.match(shown, /Name: +s\n/);
      assert.match(shown, /TOKEN: +6 bytes/);
      assert.doesNotMatch(shown, /canary|Y2FuYXJ5/);
      assert.match(await ok('get', 'events'), /Normal +Seen +secret\/s +here/);
    },
  },
  {
    name: 'watch shows each change as a line',
    async run({ kubectl, post, patch, at, namespace }) {
      expectCode(await post(at('configmaps'), configMap('a')), 201);
      const args = ['-n', namespace, 'get', 'configmap', 'a', '--watch', '--request-timeout=4s', '--no-headers'];
      let isWatching = true;
      const watching = kubectl(args).finally(() => {
        isWatching = false;
      });
      let count = 0;
      await until('the watch has ended', async () => {
        count += 1;
        expectCode(await patch(at('configmaps', 'a'), MERGE, { data: { [`k${count}`]: '' } }), 200);
        return !isWatching;
      });
      const counts = (await watching).stdout
        .trim()
        .split('\n')
        .map((line) => Number(/^a +(\d+) /.exec(line)?.[1]));
      assert.ok(counts.length > 1, `${counts}`);
      // kubectl itself may leave out what happens between its first line and its watch.
      const [, second = 0, ...others] = counts;
      assert.deepEqual(
        others,
        others.map((_, index) => second + index + 1),
      );
    },
  },
  {
    name: 'logs of what is not there',
    async run({ kubectl, namespace }) {
      const { code, stderr } = await kubectl(['-n', namespace, 'logs', 'deployment/compass-sidecar']);
      assert.equal(code, 1);
      assert.match(stderr, /deployments\.apps "compass-sidecar" not found/);
    },
  },
  {
    name: 'api-resources, api-versions and version',
    async run({ ok }) {
      const resources = await ok('api-resources', '--api-group=compass.kyma-project.io', '--no-headers');
      assert.match(resources, /^compassconnections +compass\.kyma-project\.io\/v1alpha1 +false +CompassConnection\n$/);
      assert.match(await ok('api-versions'), /^applicationconnector\.kyma-project\.io\/v1alpha1$/m);
      assert.match(await ok('version'), /Server Version: v1\.\d+/);
    },
  },
  {
    name: 'short names',
    async run({ ok, kubectl, namespace }) {
      const input = yaml(application(namespace, { description: 'd' }));
      assert.equal((await kubectl(['create', '-f', '-'], { input })).code, 0);
      assert.equal(
        await ok('get', 'app', namespace, '-o', 'name'),
        `application.applicationconnector.kyma-project.io/${namespace}\n`,
      );
    },
  },
  {
    name: 'auth can-i, for oneself and for others',
    async run({ ok, kubectl, as, namespace }) {
      assert.equal(await ok('auth', 'can-i', 'delete', 'secrets'), 'yes\n');
      const nobody = await as({ name: 'nobody' });
      const own = await nobody.kubectl(['-n', namespace, 'auth', 'can-i', 'delete', 'secrets']);
      assert.deepEqual([own.code, own.stdout], [1, 'no\n']);
      const other = await kubectl(['-n', namespace, 'auth', 'can-i', 'get', 'secrets', '--as', 'nobody']);
      assert.deepEqual([other.code, other.stdout], [1, 'no\n']);
    },
  },
  {
    name: 'a token for a ServiceAccount',
    async run({ ok }) {
      await ok('create', 'serviceaccount', 'robot');
      assert.ok((await ok('create', 'token', 'robot')).trim().length > 20);
    },
  },
  {
    name: 'a dry run on the server, and a diff',
    async run({ ok, kubectl, namespace }) {
      await ok('create', 'configmap', 'a', '--from-literal=k=1');
      const input = yaml(configMap('a', { k: '2' }));
      const dry = await kubectl(['-n', namespace, 'apply', '--dry-run=server', '-f', '-'], { input });
      assert.match(dry.stdout, /^configmap\/a configured \(server dry run\)\n$/);
      const diff = await kubectl(['-n', namespace, 'diff', '-f', '-'], { input });
      assert.equal(diff.code, 1);
      assert.match(diff.stdout, /^- {2}k: "1"\n\+ {2}k: "2"$/m);
      assert.equal(await ok('get', 'cm', 'a', '-o', 'jsonpath={.data.k}'), '1');
    },
  },
  {
    name: 'validation names what a file has that the schema does not',
    async run({ kubectl }) {
      const wrong = connection('wrong', {
        spec: { managementInfo: { connectorUrl: 'a', directorUrl: 'b' }, resyncNow: 'maybe' },
      });
      const { code, stderr } = await kubectl(['apply', '-f', '-'], { input: yaml(wrong) });
      assert.equal(code, 1);
      assert.match(stderr, /resyncNow/);
    },
  },
  {
    name: 'raw paths',
    async run({ ok }) {
      assert.equal(await ok('get', '--raw', '/readyz'), 'ok');
    },
  },
];

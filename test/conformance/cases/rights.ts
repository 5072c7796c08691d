import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { APPLICATIONS, type Case, configMap, expectCode, expectRefusal, secret, type World } from '../world.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Gives somebody a Role in the case's namespace. */
async function grant({ post, at, namespace }: World, rules: readonly Rule[], subject: object): Promise<void> {
  expectCode(
    await post(at('roles', undefined, RBAC), {
      apiVersion: RBAC,
      kind: 'Role',
      metadata: { name: 'r', namespace },
      rules,
    }),
    201,
  );
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
  const binding = {
    apiVersion: RBAC,
    kind: 'RoleBinding',
    metadata: { name: 'r', namespace },
    roleRef,
    subjects: [subject],
  };
  expectCode(await post(at('rolebindings', undefined, RBAC), binding), 201);
}

const user = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name });

/** Who may do what, and how a refusal reads. */
export const RIGHTS_CASES: readonly Case[] = [
  {
    name: 'a refusal names user, verb, resource, group and namespace',
    async run({ as, at, namespace }) {
      const { request } = await as({ name: 'nobody' });
      const list = await request('GET', at('secrets'));
      const wanted = `secrets is forbidden: User "nobody" cannot list resource "secrets" in API group "" in the namespace "${namespace}"`;
      assert.equal(expectRefusal(list, 403, 'Forbidden', /./).message, wanted);
      const get = await request('GET', at('secrets', 'a'));
      const named = expectRefusal(
        get,
        403,
        'Forbidden',
        /^secrets "a" is forbidden: User "nobody" cannot get resource "secrets"/,
      );
      assert.deepEqual(named.details, { name: 'a', kind: 'secrets' });
      const wide = await request('GET', APPLICATIONS);
      expectRefusal(
        wide,
        403,
        'Forbidden',
        /cannot list resource "applications" in API group "applicationconnector\.kyma-project\.io" at the cluster scope$/,
      );
    },
  },
  {
    name: 'each verb is a right of its own, asked before the object is looked for',
    async run(world) {
      const { as, at } = world;
      const { request } = await as({ name: 'reader' });
      await grant(world, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get'] }], user('reader'));
      await until('the right holds', async () => (await request('GET', at('configmaps', 'a'))).status === 404);
      for (const [method, path, verb] of [
        ['GET', at('configmaps'), 'list'],
        ['GET', `${at('configmaps')}?watch=true`, 'watch'],
        ['POST', at('configmaps'), 'create'],
        ['PUT', at('configmaps', 'a'), 'update'],
        ['DELETE', at('configmaps', 'a'), 'delete'],
        ['DELETE', at('configmaps'), 'deletecollection'],
      ] as const) {
        const body = method === 'POST' || method === 'PUT' ? { body: configMap('a') } : {};
        expectRefusal(await request(method, path, body), 403, 'Forbidden', new RegExp(`cannot ${verb} resource`));
      }
      const patch = await request('PATCH', at('configmaps', 'a'), {
        body: {},
        contentType: 'application/merge-patch+json',
      });
      expectRefusal(patch, 403, 'Forbidden', /cannot patch resource/);
    },
  },
  {
    name: 'a right on one name holds for that one',
    async run(world) {
      const { as, at, post } = world;
      const { request } = await as({ name: 'one-name' });
      for (const name of ['a', 'b']) expectCode(await post(at('secrets'), secret(name)), 201);
      const rule = { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'watch', 'list'], resourceNames: ['a'] };
      await grant(world, [rule], user('one-name'));
      await until('the right holds', async () => (await request('GET', at('secrets', 'a'))).status === 200);
      expectCode(await request('GET', at('secrets', 'b')), 403);
      expectCode(await request('GET', at('secrets')), 403);
      const list = expectCode(await request('GET', `${at('secrets')}?fieldSelector=metadata.name%3Da`), 200);
      assert.equal(list.items.length, 1);
    },
  },
  {
    name: 'apply of what is not there needs the right to patch, and to create',
    async run(world) {
      const { as, at } = world;
      const { request } = await as({ name: 'patcher' });
      await grant(world, [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'patch'] }], user('patcher'));
      await until('the right holds', async () => (await request('GET', at('configmaps', 'a'))).status === 404);
      const contentType = 'application/apply-patch+yaml';
      const answer = await request('PATCH', `${at('configmaps', 'a')}?fieldManager=me`, {
        body: configMap('a'),
        contentType,
      });
      expectRefusal(answer, 403, 'Forbidden', /^configmaps "a" is forbidden/);
    },
  },
  {
    name: 'everybody may ask what they may do',
    async run(world) {
      const { as, namespace } = world;
      const { request } = await as({ name: 'asker' });
      await grant(world, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }], user('asker'));
      const ask = async (resourceAttributes: object) => {
        const body = {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: { resourceAttributes },
        };
        return expectCode(await request('POST', `${REVIEWS}/selfsubjectaccessreviews`, { body }), 201).status.allowed;
      };
      await until('the right holds', () => ask({ verb: 'get', resource: 'secrets', namespace, name: 'a' }));
      assert.equal(await ask({ verb: 'delete', resource: 'secrets', namespace }), false);
      assert.equal(await ask({ verb: 'get', resource: 'secrets', namespace: 'default' }), false);
      assert.equal(await ask({ verb: 'get', resource: 'secrets' }), false);
    },
  },
  {
    name: 'everybody may list their rights in a namespace',
    async run(world) {
      const { as, namespace } = world;
      const { request } = await as({ name: 'lister' });
      await grant(world, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }], user('lister'));
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
      await until('the right is listed', async () => {
        const { status } = expectCode(await request('POST', `${REVIEWS}/selfsubjectrulesreviews`, { body }), 201);
        return status.resourceRules.some(
          ({ resources, verbs }: Rule) => resources.includes('secrets') && verbs.join() === 'get,list',
        );
      });
    },
  },
  {
    name: 'everybody may ask who they are, where the server can be asked that',
    async run({ as, get }) {
      const { request } = await as({ name: 'somebody', groups: ['team'] });
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
      const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
      const answer = await request('POST', path, { body });
      if (answer.status !== 201) {
        // Since 1.28; before that nothing of the name is there, which RBAC answers before anybody looks.
        expectRefusal(answer, 403, 'Forbidden', /cannot create resource "selfsubjectreviews"/);
        assert.ok(Number.parseInt((await get('/version')).json.minor, 10) < 28);
        return;
      }
      const { username, groups } = answer.json.status.userInfo;
      assert.deepEqual([username, groups.toSorted()], ['somebody', ['system:authenticated', 'team']]);
    },
  },
  {
    name: 'a ServiceAccount acts by a token of TokenRequest, with what is bound to it',
    async run(world) {
      const { post, at, namespace, asServiceAccount } = world;
      expectCode(
        await post(at('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }),
        201,
      );
      const robot = await asServiceAccount(namespace, 'robot');
      const refused = await robot.request('GET', at('secrets'));
      expectRefusal(
        refused,
        403,
        'Forbidden',
        new RegExp(`User "system:serviceaccount:${namespace}:robot" cannot list resource "secrets"`),
      );
      const subject = { kind: 'ServiceAccount', name: 'robot', namespace };
      await grant(world, [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }], subject);
      await until('the right holds', async () => (await robot.request('GET', at('secrets'))).status === 200);
    },
  },
  {
    name: 'a token of TokenRequest says until when it holds',
    async run({ post, at }) {
      expectCode(
        await post(at('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } }),
        201,
      );
      const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
      const { status } = expectCode(await post(`${at('serviceaccounts', 'robot')}/token`, body), 201);
      assert.ok(status.token.length > 20);
      const leftMs = Date.parse(status.expirationTimestamp) - Date.now();
      assert.ok(leftMs > 3_000_000 && leftMs < 4_000_000, status.expirationTimestamp);
      const nobody = await post(`${at('serviceaccounts', 'nobody')}/token`, body);
      expectRefusal(nobody, 404, 'NotFound', /serviceaccounts "nobody" not found/);
    },
  },
  {
    name: 'a ClusterRole holds everywhere when it is bound to the cluster',
    async run(world) {
      const { as, post, namespace } = world;
      const { request } = await as({ name: namespace });
      const rules = [
        { apiGroups: ['applicationconnector.kyma-project.io'], resources: ['applications'], verbs: ['list'] },
      ];
      const roles = `/apis/${RBAC}/clusterroles`;
      expectCode(
        await post(roles, { apiVersion: RBAC, kind: 'ClusterRole', metadata: { name: namespace }, rules }),
        201,
      );
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: namespace };
      const binding = {
        apiVersion: RBAC,
        kind: 'ClusterRoleBinding',
        metadata: { name: namespace },
        roleRef,
        subjects: [user(namespace)],
      };
      expectCode(await post(`/apis/${RBAC}/clusterrolebindings`, binding), 201);
      await until('the right holds', async () => (await request('GET', APPLICATIONS)).status === 200);
      expectCode(await request('DELETE', APPLICATIONS), 403);
    },
  },
  {
    name: 'the role of a binding stays',
    async run(world) {
      await grant(world, [], user('somebody'));
      const path = world.at('rolebindings', 'r', RBAC);
      const binding = expectCode(await world.get(path), 200);
      const answer = await world.put(path, { ...binding, roleRef: { ...binding.roleRef, name: 'other' } });
      expectRefusal(answer, 422, 'Invalid', /roleRef: Invalid value: .*cannot change roleRef/);
    },
  },
  {
    name: 'a token that nobody issued is 401',
    async run({ asToken, at }) {
      const { request } = await asToken('not-a-token');
      expectRefusal(await request('GET', at('secrets')), 401, 'Unauthorized', /^Unauthorized$/);
    },
  },
  {
    name: 'whoever proves nothing is anonymous, and may look at the version',
    async run({ asNobody, at }) {
      const { request } = await asNobody();
      expectRefusal(
        await request('GET', at('secrets')),
        403,
        'Forbidden',
        /User "system:anonymous" cannot list resource "secrets"/,
      );
      expectCode(await request('GET', '/version'), 200);
      assert.equal((await request('GET', '/readyz')).text, 'ok');
    },
  },
];

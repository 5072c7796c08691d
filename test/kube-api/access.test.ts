import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call } from './client.ts';
import { at } from './json.ts';
import { startKubeApi } from './kube-api.ts';

const secrets = '/api/v1/namespaces/default/secrets';
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default';

test('a user may do what its rules allow, and is told what it may not', async () => {
  await using api = await startKubeApi();
  await api.addUser('reader', {
    rules: [{ verbs: ['get'], groups: [''], resources: ['secrets'], namespaces: ['default'] }],
  });
  const token = api.token('reader');
  assert.equal((await call(api, 'GET', `${secrets}/none`, { token })).code, 404);
  const refused = await call(api, 'DELETE', `${secrets}/x`, { token });
  assert.deepEqual(
    [refused.code, refused.body['message']],
    [
      403,
      'secrets "x" is forbidden: User "reader" cannot delete resource "secrets" in API group "" in the namespace "default"',
    ],
  );
});

test("a ServiceAccount's token has the rights that RBAC objects give it", async () => {
  await using api = await startKubeApi();
  await call(api, 'POST', '/api/v1/namespaces/default/serviceaccounts', { body: { metadata: { name: 'bot' } } });
  const made = await call(api, 'POST', '/api/v1/namespaces/default/serviceaccounts/bot/token', { body: { spec: {} } });
  const token = String(at(made.body, 'status', 'token'));
  assert.equal((await call(api, 'GET', secrets, { token })).code, 403);
  const rules = [
    { apiGroups: [''], resources: ['secrets'], verbs: ['list'] },
    { apiGroups: [''], resources: ['secrets'], resourceNames: ['named'], verbs: ['get'] },
  ];
  await call(api, 'POST', `${rbac}/roles`, { body: { metadata: { name: 'r' }, rules } });
  const subjects = [{ kind: 'ServiceAccount', name: 'bot', namespace: 'default' }];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'r' };
  await call(api, 'POST', `${rbac}/rolebindings`, { body: { metadata: { name: 'r' }, subjects, roleRef } });
  assert.equal((await call(api, 'GET', secrets, { token })).code, 200);
  assert.equal((await call(api, 'GET', `${secrets}/x`, { token })).code, 403);
  assert.equal((await call(api, 'GET', `${secrets}/named`, { token })).code, 404);
  const review = { spec: { resourceAttributes: { namespace: 'default', verb: 'list', resource: 'secrets' } } };
  const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
  assert.equal(at((await call(api, 'POST', path, { token, body: review })).body, 'status', 'allowed'), true);
});

test('an unknown or revoked token is 401, and no proof at all is the anonymous user', async () => {
  await using api = await startKubeApi();
  await api.addUser('u', { admin: true });
  const token = api.token('u');
  assert.equal((await call(api, 'GET', secrets, { token })).code, 200);
  api.revokeToken(token);
  assert.equal((await call(api, 'GET', secrets, { token })).code, 401);
  const anonymous = await call(api, 'GET', secrets, { token: '' });
  assert.match(String(anonymous.body['message']), /User "system:anonymous" cannot list/);
});

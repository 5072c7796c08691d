import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadAll } from 'js-yaml';
import { NAMESPACE } from '#common/cluster/objects.ts';
import { neededRights } from '../../../sidecar/check/needed-rights.ts';
import { checkRights } from '../../../sidecar/check/rights.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { NO_KUBECTL } from '../../cluster/kubectl.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { DEPLOY_FOLDER } from '../deploy/render.ts';

const { config } = readConfig({ POD_NAMESPACE: 'compass-system' });

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly metadata: { readonly namespace?: string };
  readonly rules?: readonly Rule[];
}

/** One line a right, in the order of nothing. */
async function rightsOf(file: string): Promise<string[]> {
  const roles = loadAll(await readFile(`${DEPLOY_FOLDER}/rights/${file}`, 'utf8')) as Role[];
  return roles.flatMap(({ metadata, rules = [] }) => rules.flatMap((rule) => linesOf(rule, metadata.namespace ?? '')));
}

function linesOf({ apiGroups, resources, resourceNames = [''], verbs }: Rule, namespace: string): string[] {
  const objects = resources.flatMap((resource) =>
    resourceNames.map((name) => [...apiGroups, resource, name, namespace]),
  );
  return verbs.flatMap((verb) => objects.map((object) => [verb, ...object].join(' ')));
}

test('what is asked for is what the manifests grant, right by right', async () => {
  const granted = await Promise.all(['cluster.yaml', 'own-namespace.yaml', 'integration-namespace.yaml'].map(rightsOf));
  const needed = neededRights(config).map(({ verb, group, resource, subresource, name = '', namespace = '' }) =>
    [verb, group, subresource === undefined ? resource : `${resource}/${subresource}`, name, namespace].join(' '),
  );
  assert.deepEqual(needed.toSorted(), granted.flat().toSorted());
});

test('the sidecar of the manifests lacks nothing, and may do nothing too much', { skip: NO_KUBECTL }, async (t) => {
  const admin = await startTestCluster(t);
  const kyma = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: config.integrationNamespace } };
  await admin.cluster.create(NAMESPACE, kyma);
  const { code, stderr } = await admin.kubectl(['apply', '--server-side', '-k', DEPLOY_FOLDER]);
  assert.equal(code, 0, stderr);
  const sidecar = await admin.asServiceAccount('compass-system', 'compass-sidecar');
  const findings = await checkRights(sidecar.cluster, config, new AbortController().signal);
  assert.deepEqual(
    findings.map(({ status, message }) => [status, message]),
    [
      ['ok', 'RBAC: 0 missing'],
      ['ok', 'RBAC: 0 excess'],
    ],
  );
});

test('whoever may do nothing lacks all of it, and whoever may do everything may do too much', async (t) => {
  const admin = await startTestCluster(t);
  const nobody = await admin.as({ name: 'nobody' });
  const { signal } = new AbortController();
  const [none, nothingElse] = await checkRights(nobody.cluster, config, signal);
  assert.deepEqual([none?.status, none?.reason], ['error', 'ClusterForbidden']);
  assert.equal(none?.facts?.['missing']?.split('; ').length, neededRights(config).length);
  assert.equal(nothingElse?.status, 'ok');
  const [all, excess] = await checkRights(admin.cluster, config, signal);
  assert.equal(all?.status, 'ok');
  assert.deepEqual([excess?.status, excess?.reason], ['warning', 'RightsExcessive']);
  assert.match(excess?.message ?? '', /\* \*\.\*/);
});

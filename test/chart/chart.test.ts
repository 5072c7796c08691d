import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { VERSION } from '#common/version.ts';
import { bindingObjects } from '../../plugin/inject/bindings.ts';
import { installationObjects } from '../../plugin/install/manifests.ts';
import { withSets } from '../../plugin/install/set-values.ts';
import { DEFAULT_VALUES } from '../../plugin/install/values.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { DEPLOY_FOLDER, renderKustomization } from '../sidecar/deploy/render.ts';
import { CASES, REFUSED } from './cases.ts';
import { byName, comparable } from './compare.ts';
import { CHART, CHART_FOLDER, CHART_VALUES, merge, renderChart, type Values } from './render-chart.ts';
import { isMap, type Value } from './template/functions.ts';

const isNoNamespace = ({ kind }: KubeObject) => kind !== 'Namespace';

/** The paths of the values, each with its text. */
function leaves(value: Value, path: readonly string[] = []): [string, string][] {
  if (!isMap(value) || Object.keys(value).length === 0) return [[path.join('.'), JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
}

/** A value at a path; undefined where there is none. */
function at(values: Values, path: string): Value {
  return path.split('.').reduce<Value>((value, key) => (isMap(value) ? value[key] : undefined), values);
}

interface Schema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

/** The paths of the values that are accepted without effect. */
function idlePaths({ $ref, properties = {} }: Schema, path: readonly string[] = []): string[] {
  if ($ref === '#/definitions/without effect') return [path.join('.')];
  return Object.entries(properties).flatMap(([key, each]) => idlePaths(each, [...path, key]));
}

describe('the chart', () => {
  test('makes what kubectl kustomize makes, but for the Namespace', { skip: NO_KUBECTL }, async () => {
    const kustomized = await renderKustomization();
    assert.deepEqual(byName(renderChart().objects), byName(kustomized.filter(isNoNamespace)));
    const { objects } = renderChart({ values: { namespace: { create: true } } });
    assert.deepEqual(byName(objects), byName(kustomized));
  });

  for (const { name, sets, makesNamespace = false, ...release } of CASES) {
    if (sets === undefined) continue;
    test(`makes what kubectl compass install makes: ${name}`, () => {
      const { namespace = DEFAULT_VALUES.namespace } = release;
      const installed = installationObjects(withSets({ ...DEFAULT_VALUES, namespace }, sets));
      const expected = makesNamespace ? installed : installed.filter(isNoNamespace);
      assert.deepEqual(comparable(renderChart(release).objects), comparable(expected));
    });
  }

  test('is tried with every value changed', () => {
    const merged = CASES.map(({ values = {} }) => merge(CHART_VALUES, values));
    const unchanged = leaves(CHART_VALUES)
      .filter(([path, text]) => merged.every((values) => JSON.stringify(at(values, path)) === text))
      .map(([path]) => path);
    assert.deepEqual(unchanged, ['managementPlane']);
  });

  test('lets the neighbours read what inject lets a reader read, and its Pods be where somebody says', () => {
    const release = CASES.find(({ values }) => values?.['neighbours'] !== undefined);
    assert.ok(release);
    const { objects } = renderChart(release);
    const settings = {
      mode: 'reader',
      secret: { namespace: 'compass-system', name: 'cluster-client-certificates' },
      integrationNamespace: 'kyma-system',
    } as const;
    const of = (kind: string) =>
      objects.find((object) => object.kind === kind && object.metadata.name === 'compass-sidecar-reader');
    const accounts = [
      { namespace: 'shop', name: 'checkout' },
      { namespace: 'default', name: 'worker' },
    ];
    const injected = accounts.flatMap((account) => bindingObjects(settings, account)) as Bound[];
    assert.deepEqual((of('Role') as Bound).rules, injected[0]?.rules);
    assert.deepEqual(
      (of('RoleBinding') as Bound).subjects,
      injected.flatMap(({ subjects = [] }) => subjects),
    );
    const [policy] = objects.filter(({ kind }) => kind === 'NetworkPolicy') as Policy[];
    assert.deepEqual(policy?.spec.egress[1], { ports: [{ port: 8443, protocol: 'TCP' }] });
    const [deployment] = objects.filter(({ kind }) => kind === 'Deployment') as Deployed[];
    const pod = deployment?.spec.template.spec ?? {};
    for (const key of ['nodeSelector', 'tolerations', 'affinity', 'priorityClassName'] as const) {
      assert.deepEqual(pod[key], release.values?.[key], key);
    }
  });

  test('takes names that YAML would read as something else for names', () => {
    const values = {
      integrationNamespace: '1e3',
      istioCa: { enabled: true },
      networkPolicy: { enabled: true },
      namespace: { create: true },
      neighbours: [{ namespace: 'null', name: 'on' }],
      compassRuntimeAgent: { certificates: { caCertificate: { secret: { namespace: 'true' } } } },
    };
    const { objects } = renderChart({ namespace: '2024', values });
    const namespaces = objects.map(({ metadata }) => metadata.namespace).filter((name) => name !== undefined);
    assert.deepEqual([...new Set(namespaces)].toSorted(), ['1e3', '2024', 'default', 'true']);
    const names = (objects as Bound[]).flatMap(({ subjects = [], metadata }) => [metadata, ...subjects]);
    assert.ok(names.every(({ name, namespace = '' }) => typeof name === 'string' && typeof namespace === 'string'));
  });

  for (const { message, ...release } of REFUSED) {
    test(`refuses ${JSON.stringify(release.values)}`, () => {
      assert.throws(() => renderChart(release), { message });
    });
  }

  test("says in its notes which values of the agent's chart have no effect any more", () => {
    assert.doesNotMatch(renderChart().notes, /no effect/);
    const given = CASES.find(({ name }) => name.includes('no effect any more'));
    const told = renderChart(given).notes.matchAll(/^compassRuntimeAgent\.(\S+) is of .* no effect any more\.$/gm);
    const idle = idlePaths(JSON.parse(readFileSync(join(CHART_FOLDER, 'values.schema.json'), 'utf8')) as Schema);
    assert.deepEqual([...told].map(([, path]) => `compassRuntimeAgent.${path}`).toSorted(), idle.toSorted());
  });

  test('has a README that names every value, those without effect included', async () => {
    const [readme, schema] = await Promise.all(
      ['README.md', 'values.schema.json'].map((name) => readFile(join(CHART_FOLDER, name), 'utf8')),
    );
    const named = new Set([...(readme ?? '').matchAll(/`([\w.]+)`/g)].map(([, text]) => text));
    const idle = idlePaths(JSON.parse(schema ?? '') as Schema);
    assert.ok(idle.length > 0);
    const paths = [...leaves(CHART_VALUES).map(([path]) => path), ...idle];
    // a group stands for what is in it
    const groupsOf = (path: string) => path.split('.').map((_, i, keys) => keys.slice(0, i + 1).join('.'));
    const own = (path: string) => path.replace(/^compassRuntimeAgent\./, '');
    assert.deepEqual(
      paths.filter((path) => !groupsOf(own(path)).some((group) => named.has(group))),
      [],
    );
  });

  test('has the definitions and the version of the manifests', async () => {
    for (const name of [
      'applications.applicationconnector.kyma-project.io.yaml',
      'compassconnections.compass.kyma-project.io.yaml',
    ]) {
      const [ours, theirs] = await Promise.all(
        [join(CHART_FOLDER, 'crds', name), join(DEPLOY_FOLDER, 'crds', name)].map((path) => readFile(path, 'utf8')),
      );
      assert.equal(ours, theirs, name);
    }
    assert.deepEqual([CHART.version, CHART.appVersion], [VERSION, VERSION]);
  });
});

interface Bound extends KubeObject {
  readonly rules?: readonly object[];
  readonly subjects?: readonly { readonly name: string; readonly namespace?: string }[];
}

interface Policy extends KubeObject {
  readonly spec: { readonly egress: readonly object[] };
}

interface Deployed extends KubeObject {
  readonly spec: { readonly template: { readonly spec: Readonly<Record<string, unknown>> } };
}

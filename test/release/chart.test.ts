import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import type { KubeObject } from '#common/cluster/objects.ts';
import { buildChart } from '../../.scripts/build-chart.ts';
import { CASES, REFUSED } from '../chart/cases.ts';
import { byName } from '../chart/compare.ts';
import { CHART_FOLDER, type Release, renderChart } from '../chart/render-chart.ts';
import { DEFINITIONS, PRINTED, SHOP } from '../chart/template/samples.ts';
import { findArtefact } from './artefacts.ts';
import { goProgram, HELM } from './go-program.ts';

const helm = goProgram(HELM);
const skip = 'missing' in helm && helm.missing;

const folder = await mkdtemp(join(tmpdir(), 'compass-chart-'));
after(() => rm(folder, { recursive: true }));

async function runHelm(...args: readonly string[]): Promise<string> {
  assert.ok('path' in helm);
  const { stdout } = await promisify(execFile)(helm.path, args, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}

/** What `helm template` makes of a chart. */
async function template(chart: string, { namespace = 'compass-system', values = {} }: Release): Promise<string> {
  const file = join(folder, 'values.json');
  await writeFile(file, JSON.stringify(values));
  return runHelm('template', 'compass', chart, '--namespace', namespace, '--values', file);
}

describe('the chart in Helm', { skip }, () => {
  test('has nothing that its linter complains of', async () => {
    await runHelm('lint', '--strict', CHART_FOLDER);
  });

  for (const { name, ...release } of CASES) {
    test(`is rendered as by the renderer of the tests: ${name}`, async () => {
      const objects = loadAll(await template(CHART_FOLDER, release)) as KubeObject[];
      assert.deepEqual(byName(objects), byName(renderChart(release).objects));
    });
  }

  for (const { message, ...release } of REFUSED) {
    test(`refuses ${JSON.stringify(release.values)}`, async () => {
      await assert.rejects(template(CHART_FOLDER, release), message);
    });
  }

  test('prints the samples of the renderer alike', async () => {
    const chart = join(folder, 'samples');
    await cp(CHART_FOLDER, chart, {
      recursive: true,
      filter: (path) => !/(?:templates|crds|schema\.json)$/.test(path),
    });
    const samples = PRINTED.map(([text], i) => `{{ define "sample-${i}" }}${text}{{ end }}`);
    const printed = PRINTED.map((_, i) => `- {{ include "sample-${i}" .Values.shop | toJson }}\n`);
    const list = ['apiVersion: v1\nkind: List\nitems:\n', ...printed];
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'templates/samples.tpl'), [DEFINITIONS, ...samples].join('\n'));
    await writeFile(join(chart, 'templates/samples.yaml'), list.join(''));
    const [document] = loadAll(await template(chart, { values: { shop: SHOP } })) as { readonly items: string[] }[];
    assert.deepEqual(
      document?.items,
      PRINTED.map(([, text]) => text),
    );
  });
});

describe('the packed chart', () => {
  test('is the same, whenever it is packed', async () => {
    const packed = findArtefact('chart/*.tgz');
    const again = await buildChart(folder);
    assert.equal(basename(packed), basename(again));
    assert.deepEqual(await readFile(packed), await readFile(again));
  });

  test('is a chart to Helm, with everything that the folder has', { skip }, async () => {
    const packed = findArtefact('chart/*.tgz');
    const release = { values: { networkPolicy: { enabled: true } } };
    assert.equal(await template(packed, release), await template(CHART_FOLDER, release));
    const crds = await runHelm('show', 'crds', packed);
    assert.equal(crds, await runHelm('show', 'crds', CHART_FOLDER));
    assert.match(crds, /^ {2}name: compassconnections\.compass\.kyma-project\.io$/m);
  });
});

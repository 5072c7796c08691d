import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { KubeObject } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { putConnection, putReport } from '../put-report.ts';
import { runPlugin } from '../run-plugin.ts';
import { HEALTHY } from '../sample-reports.ts';
import { archiveFiles } from './archive-files.ts';

/** Together they are more than the heap that the program gets. */
const APPLICATIONS = 1_000;
const DESCRIPTION_BYTES = 64 * 1024;
const HEAP_MIB = 48;

/** How many are written side by side. */
const AT_A_TIME = 50;

test('a report of more Applications than fit into memory is made page by page', async (t) => {
  const cluster = await startTestCluster(t, { crds: 'ours', target: 'embedded' });
  await putReport(cluster, HEALTHY);
  await putConnection(cluster, 'Synchronized');
  const { apiVersion, kind } = APPLICATION;
  const filler = 'words that say nothing. '.repeat(DESCRIPTION_BYTES / 24);
  for (let from = 0; from < APPLICATIONS; from += AT_A_TIME) {
    const numbers = Array.from({ length: AT_A_TIME }, (_, i) => from + i);
    await Promise.all(
      numbers.map((number) => {
        const metadata = { name: `app-${number}` };
        const spec = { description: `${number} ${filler}`, services: [] };
        return cluster.cluster.create(APPLICATION, { apiVersion, kind, metadata, spec } as KubeObject);
      }),
    );
  }
  const folder = await mkdtemp(join(tmpdir(), 'compass-report-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'report.tar.gz');
  const env = { KUBECONFIG: cluster.kubeconfigPath, NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` };
  const made = await runPlugin(['report', '-f', file, '--no-checks', '--no-diff'], env);
  assert.equal(made.code, 0, made.stderr);
  assert.ok((await stat(file)).size < 8 * 1024 * 1024);
  const files = await archiveFiles(file);
  const pages = [...files].filter(([path]) => path.startsWith('resources/applications-'));
  const names = pages.flatMap(([, text]) => JSON.parse(text).items.map((item: KubeObject) => item.metadata.name));
  assert.equal(new Set(names).size, APPLICATIONS);
  for (const [, text] of pages) assert.ok(text.length < 8 * 1024 * 1024);
  const status = await runPlugin(['status', '--from-bundle', file], { NODE_OPTIONS: env.NODE_OPTIONS });
  assert.equal(status.code, 0, status.stderr);
});

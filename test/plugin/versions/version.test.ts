import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { FAILURE_SCHEMA } from '../../../plugin/schemas/failure.ts';
import { VERSION_REPORT_SCHEMA } from '../../../plugin/schemas/version-report.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { runHere } from '../run-plugin.ts';
import { startHere } from '../start-here.ts';

describe('version', () => {
  for (const crds of ['field', 'ours'] as const) {
    test(`prints a document that conforms to its schema, whole, with ${crds === 'ours' ? 'our' : "the field's"} definitions`, async (t) => {
      const { kubeconfigPath } = await startTestCluster(t, { crds });
      const { code, stdout } = await runHere(['version', '-o', 'json'], { KUBECONFIG: kubeconfigPath });
      assert.equal(code, 0);
      const document = JSON.parse(stdout);
      assert.deepEqual(conform(VERSION_REPORT_SCHEMA, document), document);
      const [connection] = document.definitions;
      assert.equal(connection.kind, 'CompassConnection');
      assert.equal(connection.served, true);
      assert.equal(connection.keepsConditions, crds === 'ours');
      assert.equal(connection.columns.length > 0, crds === 'ours');
    });
  }

  test('shows what our definition has', async (t) => {
    const { kubeconfigPath } = await startTestCluster(t, { crds: 'ours' });
    const { stdout } = await runHere(['version'], { KUBECONFIG: kubeconfigPath });
    assert.match(stdout, /^Definition: +CompassConnection v1alpha1 \(.*conditions; columns State, /m);
  });

  test('wraps on a terminal, and nowhere else', async (t) => {
    const { kubeconfigPath } = await startTestCluster(t, { crds: 'ours' });
    const onTerminal = startHere(t, ['version'], { kubeconfigPath, terminal: { columns: 80, rows: 24 } });
    assert.equal(await onTerminal.done, 0);
    for (const row of onTerminal.stdout().split('\n')) assert.ok(row.length <= 80, row);
    const { stdout } = await runHere(['version'], { KUBECONFIG: kubeconfigPath });
    assert.equal(onTerminal.stdout().replaceAll(/\n +/g, ' '), stdout);
  });

  test('leaves out what the definition has where it may not be read, and is content', async (t) => {
    const cluster = await startTestCluster(t, { crds: 'ours' });
    const { kubeconfigPath } = await cluster.as({ name: 'somebody' });
    const { code, stdout } = await runHere(['version', '-o', 'json'], { KUBECONFIG: kubeconfigPath });
    assert.equal(code, 0);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(VERSION_REPORT_SCHEMA, document), document);
    assert.equal(document.definitions[0].served, true);
    assert.equal('columns' in document.definitions[0], false);
  });

  test('of the client alone conforms, too; and so does a failure, to the schema of failures', async () => {
    const { stdout } = await runHere(['version', '--client', '-o', 'json']);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(VERSION_REPORT_SCHEMA, document), document);
    const failed = JSON.parse((await runHere(['status', '--bogus', '-o', 'json'])).stdout);
    assert.deepEqual(conform(FAILURE_SCHEMA, failed), failed);
    assert.equal(failed.verdict.exitCode, 2);
  });
});

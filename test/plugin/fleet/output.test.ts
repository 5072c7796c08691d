import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { FLEET_MEMBER_SCHEMA } from '../../../plugin/schemas/fleet-report.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { healthyCluster, rowsOf } from './clusters.ts';
import { writeFleet } from './fleet-kubeconfig.ts';

describe('the output for programs', () => {
  test('is a document a line with -o ndjson, in the order given', async (t) => {
    const cluster = await healthyCluster(t);
    const { path } = await writeFleet(t, {
      away: { cluster: { server: 'https://127.0.0.1:1' } },
      good: { from: cluster.kubeconfigPath },
    });
    const run = await runPlugin(['fleet', 'status', '--all-contexts', '-o', 'ndjson'], { KUBECONFIG: path });
    assertExit(run, 'fleet status', 4);
    const documents = rowsOf(run.stdout).map((line) => JSON.parse(line));
    for (const document of documents) assert.deepEqual(conform(FLEET_MEMBER_SCHEMA, document), document);
    assert.deepEqual(
      documents.map(({ context, state, verdict }) => [context, state, verdict.exitCode]),
      [
        ['away', 'Unreachable', 4],
        ['good', 'Healthy', 0],
      ],
    );
    assert.equal(documents[0].error.reason, 'ClusterUnreachable');
    assert.equal(documents[1].sync.inSync, 412);
  });

  test('has wide columns, custom ones, and none of their heads where they are not wanted', async (t) => {
    const cluster = await healthyCluster(t);
    const { path } = await writeFleet(t, { good: { from: cluster.kubeconfigPath } });
    const run = (...args: string[]) => runHere(['fleet', 'status', '--all-contexts', ...args], { KUBECONFIG: path });
    const [head = '', row = ''] = rowsOf((await run('-o', 'wide')).stdout);
    assert.match(head, /FINDINGS +RENEWS +RUNTIME +NAMESPACE +VERSION +REASON$/);
    assert.match(row, /^good +compass-connection +✔ Healthy .* in \d+h\S* +1ae04041 +compass-system +\S+$/);
    assert.match((await run('--no-headers')).stdout, /^good +✔ Healthy .*\n$/);
    assert.match((await run('--no-headers', '--ascii')).stdout, /^good +\[ok\] +Healthy .*\n$/);
    const columns = await run('-o', 'custom-columns=C:.context,LEFT:.identity.remainingSeconds');
    assert.match(columns.stdout, /^C +LEFT\ngood +\d+\n$/);
  });
});

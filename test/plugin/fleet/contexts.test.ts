import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { assertExit } from '../assert-exit.ts';
import { runHere } from '../run-plugin.ts';
import { healthyCluster, rowsOf } from './clusters.ts';
import { writeFleet } from './fleet-kubeconfig.ts';

describe('which contexts', () => {
  test('may stand in a file, one a line, or come from stdin', async (t) => {
    const { path, folder } = await writeFleet(t, {
      a: { cluster: { server: 'https://127.0.0.1:1' } },
      b: { cluster: { server: 'https://127.0.0.1:1' } },
    });
    const list = join(folder, 'list');
    await writeFile(list, '# ours\nb\n\na\nb\n');
    const args = ['fleet', 'status', '--no-headers', '--contexts-file'];
    const contextsOf = ({ stdout }: { stdout: string }) => rowsOf(stdout).map((row) => row.split(' ')[0]);
    assert.deepEqual(contextsOf(await runHere([...args, list], { KUBECONFIG: path })), ['b', 'a']);
    assert.deepEqual(contextsOf(await runHere([...args, '-'], { KUBECONFIG: path }, 'a\n')), ['a']);
  });

  test('must be said, and be known; a flag for one cluster is refused before anybody is asked', async (t) => {
    const { path } = await writeFleet(t, { 'prod-eu': { cluster: { server: 'https://127.0.0.1:1' } } });
    for (const [args, said] of [
      ['', /say which contexts: --contexts A,B, --all-contexts or --contexts-file FILE/],
      ['--contexts prod-eu --all-contexts', /--contexts and --all-contexts exclude each other/],
      ['--contexts prod-ue,none', /no context "prod-ue" \(did you mean prod-eu\?\), "none"\n/],
      ['--contexts ,', /--contexts names no context/],
      ['--contexts-file /nowhere/x', /the contexts' file \/nowhere\/x cannot be read: no such file or directory\n/],
      ['--all-contexts --context prod-eu', /--context is about one cluster, and a fleet has several: say --contexts/],
      ['--all-contexts --token x', /--token is about one cluster/],
      ['--all-contexts --insecure-skip-tls-verify', /--insecure-skip-tls-verify is about one cluster/],
      ['--all-contexts --concurrency 0', /--concurrency is "0", and must be a number from 1/],
      ['--all-contexts --timeout-per-cluster soon', /--timeout-per-cluster is "soon", and must be a duration/],
      ['--all-contexts --as-group g', /--as-group and --as-uid need --as/],
    ] as const) {
      const words = args.split(' ').filter((word) => word !== '');
      const run = await runHere(['fleet', 'status', ...words], { KUBECONFIG: path });
      assertExit(run, 'fleet status', 2);
      assert.match(run.stderr, said);
      assert.equal(run.stdout, '');
    }
  });
});

test('impersonation holds for all of them', async (t) => {
  const cluster = await healthyCluster(t);
  const { path } = await writeFleet(t, { good: { from: cluster.kubeconfigPath } });
  const args = ['fleet', 'status', '--all-contexts', '--no-headers'];
  const nobody = await runHere([...args, '--as', 'nobody'], { KUBECONFIG: path });
  assertExit(nobody, 'fleet status', 4);
  assert.match(nobody.stdout, /^good +\? not permitted /);
  const admin = await runHere([...args, '--as', 'somebody', '--as-group', 'system:masters'], { KUBECONFIG: path });
  assertExit(admin, 'fleet status', 0);
});

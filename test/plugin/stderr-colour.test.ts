import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from '../../plugin/cli.ts';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { putConnection } from './put-report.ts';

const YELLOW = '\u001b[33m';

for (const [stdout, stderr] of [
  [true, false],
  [false, true],
]) {
  test(`what stands on stderr is in colour where stderr is a terminal: ${stderr}, and stdout: ${stdout}`, async (t) => {
    const cluster = await startTestCluster(t, { crds: 'field' });
    await putConnection(cluster, 'Connected');
    const sink = (isTerminal = false) => {
      const written: string[] = [];
      const write = (text: string) => {
        written.push(text);
      };
      return { stream: new PassThrough(), isTerminal, columns: undefined, write, written };
    };
    const sinks = { stdout: sink(stdout), stderr: sink(stderr) };
    const code = await runCommandLine(['status', '--until', 'healthy', '--timeout', '200ms'], {
      ...sinks,
      env: { KUBECONFIG: cluster.kubeconfigPath, LANG: 'C.UTF-8', PATH: process.env['PATH'], TERM: 'xterm' },
      platform: 'linux',
      stdin: { stream: Readable.from(['']), isTerminal: false },
      clock: systemClock,
      interrupted: new AbortController().signal,
    });
    const waiting = sinks.stderr.written.find((text) => text.includes('waiting')) ?? '';
    assert.notEqual(waiting, '', `exit code ${code}`);
    assert.equal(waiting.startsWith(YELLOW), stderr, waiting);
  });
}

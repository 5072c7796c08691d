import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { startSimulator } from '../../simulator/simulator.ts';
import { assertExit, ranWith } from '../assert-exit.ts';
import { builtPlugin } from '../built-plugin.ts';
import { HOME } from '../home.ts';
import { FILES, filesScene } from './files.ts';

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

for (const [signal, exitCode] of Object.entries(SIGNALS) as [keyof typeof SIGNALS, number][]) {
  test(`${signal} while the token is under way waits for its answer, keeps it, and says how to go on`, async (t) => {
    await using simulator = await startSimulator();
    const { out, ca, issue, names } = await filesScene(t, simulator);
    simulator.faults.add({ operation: 'configuration', when: 'afterExecution', delayMs: 1_500 });
    const asked = simulator.requests.next(({ rootFields }) => rootFields.includes('configuration'));
    const main = await builtPlugin();
    const args = ['cert', 'issue', '--token-stdin', '--out', out, '--key-size=2048'];
    const child = spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', HOME, NODE_EXTRA_CA_CERTS: ca },
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
      if (chunk.includes('asking Compass')) child.kill(signal);
    });
    child.stdin.end(simulator.requestToken().rawEncoded);
    const [code] = await once(child, 'exit');
    await asked;
    assertExit(ranWith({ code, stderr }, args), 'cert issue', exitCode);
    assert.match(stderr, /what the token gave is kept\n.*next: kubectl compass cert issue --resume --out /);
    simulator.faults.clear();
    assert.deepEqual(await names(), ['compass-app.key.new', 'connection.pending.json']);
    const resumed = await issue(['--resume']);
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(await names(), FILES);
  });
}

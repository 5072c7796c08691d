import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../../cluster/until.ts';

const MAIN = fileURLToPath(new URL('../../../sidecar/main.ts', import.meta.url));

/** A cluster that never answers: enough for the sidecar to start, wait and be live. */
const KUBECONFIG = {
  'current-context': 'nowhere',
  clusters: [{ name: 'nowhere', cluster: { server: 'https://127.0.0.1:1' } }],
  contexts: [{ name: 'nowhere', context: { cluster: 'nowhere' } }],
};

async function start(t: TestContext, options: readonly string[], env: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'running-node-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(KUBECONFIG));
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [...options, MAIN], {
    cwd: folder,
    env: { PATH, NODE_COMPILE_CACHE, KUBECONFIG: kubeconfig, APP_HEALTH_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const ended = once(child, 'close') as Promise<[number | null]>;
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true });
  });
  return { child, output: () => output, ended };
}

/** The message of the one line that says why it did not start. */
async function refusal(t: TestContext, options: readonly string[], env: Readonly<Record<string, string>>) {
  const { output, ended } = await start(t, options, env);
  const [code] = await ended;
  assert.equal(code, 2, output());
  const line = output()
    .split('\n')
    .find((text) => text.startsWith('{'));
  return (JSON.parse(line ?? '{}') as { error?: string }).error ?? '';
}

async function isListening(child: ChildProcess, output: () => string): Promise<boolean> {
  const [, port] = /"healthPort":(\d+)/.exec(output()) ?? [];
  if (port === undefined || child.exitCode !== null) return false;
  return (await fetch(`http://127.0.0.1:${port}/livez`)).status === 200;
}

for (const [title, options, env, message] of [
  [
    'verification that is off',
    [],
    { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    /NODE_TLS_REJECT_UNAUTHORIZED is "0", allowed: unset/,
  ],
  [
    'an inspector by NODE_OPTIONS',
    [],
    { NODE_OPTIONS: '--inspect=127.0.0.1:0' },
    /NODE_OPTIONS holds --inspect, allowed/,
  ],
  [
    'an inspector by the command line',
    ['--inspect=127.0.0.1:0'],
    {},
    /the command line of node holds --inspect, .*an inspector is open/,
  ],
  [
    'diagnostic reports',
    ['--report-on-signal'],
    {},
    /the command line of node holds --report-on-signal.*reports are switched on/,
  ],
  [
    'heap snapshots by a signal',
    [],
    { NODE_OPTIONS: '"--heapsnapshot_signal=SIGUSR2"' },
    /NODE_OPTIONS holds --heapsnapshot-signal/,
  ],
  ['keys of TLS sessions in a file', ['--tls-keylog=keys'], {}, /the command line of node holds --tls-keylog/],
  ['headers on stderr', [], { NODE_DEBUG: 'http' }, /NODE_DEBUG is set, allowed: unset/],
] as const) {
  test(`S7: ${title} stops the start, and the message says what to change`, async (t) => {
    assert.match(await refusal(t, options, env), message);
  });
}

test('S7: SIGUSR1 opens no inspector, and the sidecar goes on', async (t) => {
  const { child, output, ended } = await start(t, [], {});
  await until('it is live', () => isListening(child, output));
  child.kill('SIGUSR1');
  // Its answers come from the event loop, which has seen the signal by then.
  for (let round = 0; round < 3; round += 1) assert.ok(await isListening(child, output));
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null], output());
  assert.doesNotMatch(output(), /Debugger listening/);
  assert.match(output(), /"msg":"stopped"/);
});

test('S5: an error that nobody caught is one line of the log without its content, and ends what runs in order', async (t) => {
  // The stack shows the code itself, which is no secret.
  const defect = `const c = 'can' + 'ary'; process.on('SIGUSR2', () => { throw Object.assign(new Error('"' + c + '"', { cause: c }), { body: c }) })`;
  const imported = ['--import', `data:text/javascript,${encodeURIComponent(defect)}`];
  const { child, output, ended } = await start(t, imported, {});
  await until('it is live', () => isListening(child, output));
  child.kill('SIGUSR2');
  assert.deepEqual(await ended, [1, null], output());
  assert.match(
    output(),
    /"level":"error","msg":"stopping: a defect of the program","reason":"InternalError","error":"Error: \\"…\\"\\n +at /,
  );
  assert.match(output(), /"msg":"stopped"/);
  assert.doesNotMatch(output(), /canary/);
  assert.ok(
    output()
      .trim()
      .split('\n')
      .every((line) => line.startsWith('{')),
    output(),
  );
});

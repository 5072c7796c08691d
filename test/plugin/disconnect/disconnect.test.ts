import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { formatTime, systemClock } from '#common/clock.ts';
import { CONFIG_MAP, type ConfigMap, NAMESPACE } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import { REPORT_KEY } from '#common/resources/report.ts';
import { parseRequest } from '#common/resources/requests.ts';
import { runCommandLine } from '../../../plugin/cli.ts';
import { DISCONNECT_RESULT_SCHEMA } from '../../../plugin/schemas/disconnect-result.ts';
import { startTestCluster } from '../../cluster/start-test-cluster.ts';
import { until } from '../../cluster/until.ts';
import { HOME } from '../home.ts';
import { runHere } from '../run-plugin.ts';
import { whoAsks } from '../who-asks.ts';

const NAME = 'compass-connection';

async function startConnection(t: TestContext, hasReport = true) {
  const { cluster, kubeconfigPath } = await startTestCluster(t, { crds: 'ours' });
  await cluster.create(NAMESPACE, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'compass-system' } });
  const { apiVersion, kind } = COMPASS_CONNECTION;
  const spec = { managementInfo: { connectorUrl: '', directorUrl: '' } };
  await cluster.create(COMPASS_CONNECTION, { apiVersion, kind, metadata: { name: NAME }, spec } as CompassConnection);
  const applications = { listed: 412, present: 412, inSync: 412, failed: 0, held: 0 };
  const metadata = { name: `${NAME}-report`, namespace: 'compass-system', labels: SIDECAR_LABELS };
  const data = { [REPORT_KEY]: JSON.stringify({ schemaVersion: 'v1', connection: NAME, applications }) };
  const map: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  if (hasReport) await cluster.create(CONFIG_MAP, map);
  const request = async () => {
    const found = await cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: NAME });
    return parseRequest('disconnect', found.metadata.annotations?.['compass.kyma-project.io/disconnect'] ?? '');
  };
  const answer = async (id: string) => {
    const time = formatTime(Date.now());
    const requests = [{ verb: 'disconnect', id, accepted: time, finished: time, result: 'succeeded' }];
    const report = JSON.stringify({ schemaVersion: 'v1', connection: NAME, requests });
    const ref = { kind: CONFIG_MAP, name: metadata.name, namespace: metadata.namespace };
    await cluster.mergePatch(ref, { data: { [REPORT_KEY]: report } });
  };
  return { env: { KUBECONFIG: kubeconfigPath }, request, answer, who: await whoAsks({ cluster }) };
}

/** What somebody at a terminal does when a question is asked: an answer, Ctrl-C, or Ctrl-D. */
type Answer = string | { readonly key: 'Ctrl-C' | 'Ctrl-D' };

/** The plugin at a terminal, where somebody answers one question after the other. */
async function atTerminal(args: readonly string[], env: Readonly<Record<string, string>>, answers: readonly Answer[]) {
  const stdin = new PassThrough();
  const screen = new PassThrough();
  const written: string[] = [];
  const questions = answers[Symbol.iterator]();
  const interruption = new AbortController();
  const reply = (answer: Answer = 'n') => {
    if (typeof answer === 'string') stdin.write(`${answer}\n`);
    else if (answer.key === 'Ctrl-C') interruption.abort('SIGINT');
    else stdin.end();
  };
  screen.on('data', (chunk: Buffer) => {
    const text = String(chunk);
    written.push(text);
    if (text.includes('[y/N]')) reply(questions.next().value);
  });
  const sink = { stream: screen, isTerminal: true, columns: 80, write: (text: string) => void screen.write(text) };
  const code = await runCommandLine(args, {
    env: { HOME, LANG: 'C.UTF-8', ...env },
    platform: 'linux',
    stdin: { stream: stdin, isTerminal: true },
    stdout: sink,
    stderr: sink,
    clock: systemClock,
    interrupted: interruption.signal,
  });
  return { code, text: written.join('') };
}

test('on a terminal each part that cannot be taken back is asked about, and one no is no', async (t) => {
  const { env, request, who } = await startConnection(t);
  const args = ['disconnect', '--revoke', '--purge-applications', '--no-wait'];
  const refused = await atTerminal(args, env, ['y', 'y', 'n']);
  assert.equal(refused.code, 7, refused.text);
  assert.equal((refused.text.match(/\[y\/N\]/g) ?? []).length, 3);
  assert.match(refused.text, /delete the 412 Applications that compass-connection keeps/);
  assert.equal(await request(), undefined);

  const { code, text } = await atTerminal(args, env, ['y', 'yes', 'Y']);
  assert.equal(code, 0, text);
  assert.deepEqual((await request())?.parameters, { revoke: 'true', purge: 'applications', by: who });
});

test('Ctrl-C at a question is an interruption, and an end of the input a no: neither does anything', async (t) => {
  const { env, request } = await startConnection(t);
  const interrupted = await atTerminal(['disconnect'], env, [{ key: 'Ctrl-C' }]);
  assert.equal(interrupted.code, 130, interrupted.text);
  assert.match(interrupted.text, /\nerror: interrupted; nothing was done\n.*; next: say --yes if it is meant\n/);
  const ended = await atTerminal(['disconnect'], env, [{ key: 'Ctrl-D' }]);
  assert.equal(ended.code, 7, ended.text);
  assert.equal(await request(), undefined);
});

test('nothing is asked for that was not said', async (t) => {
  const { env, request, who } = await startConnection(t);
  const { code, stdout } = await runHere(['disconnect', '--yes', '--no-wait', '-o', 'name'], env);
  assert.deepEqual([code, stdout], [0, `compassconnection.compass.kyma-project.io/${NAME}\n`]);
  assert.deepEqual((await request())?.parameters, { by: who });
});

test('says how to connect the same cluster again', async (t) => {
  const { env, request, answer } = await startConnection(t);
  const running = runHere(['disconnect', '--yes', '--context', 'test', '-n', 'compass-system'], env);
  await answer((await until('it asks', request)).id);
  const { code, stderr } = await running;
  assert.equal(code, 0, stderr);
  const again = 'kubectl compass connect --token-stdin -n compass-system --context test';
  assert.ok(stderr.endsWith(`to connect again: ${again}\n`), stderr);
});

test('without a terminal and --yes nothing is done, and a dry run needs neither', async (t) => {
  const { env, request } = await startConnection(t);
  assert.equal((await runHere(['disconnect'], env)).code, 7);
  const dry = await runHere(['disconnect', '--dry-run=client', '-o', 'json'], env);
  assert.equal(dry.code, 0, dry.stderr);
  const document = JSON.parse(dry.stdout);
  assert.deepEqual(conform(DISCONNECT_RESULT_SCHEMA, document), document);
  // What was never asked for has no id that anybody could look for.
  assert.deepEqual([document.verdict.status, document.dryRun, document.request], ['DryRun', 'client', undefined]);
  assert.equal(await request(), undefined);
});

test('a dry run shows people what would be deleted, and that the certificate would be revoked', async (t) => {
  const { env } = await startConnection(t);
  const { code, stdout } = await runHere(['disconnect', '--revoke', '--purge-applications', '--dry-run'], env);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^compassconnection\/compass-connection would be disconnected \(dry run\)\n {2}revoke the client cert/,
  );
  assert.match(stdout, /\n {2}delete the client certificate and its key from secret compass-system\/\S+, for good\n/);
  assert.match(stdout, /\n {2}delete the 412 Applications that compass-connection keeps, and their Secrets in /);
});

test('an agent without a report is not asked what it does not know', async (t) => {
  const { env, request } = await startConnection(t, false);
  const { code, stdout } = await runHere(['disconnect', '--yes', '-o', 'json'], env);
  assert.equal(code, 7);
  assert.equal(JSON.parse(stdout).error.reason, 'RequestRefused');
  assert.equal(await request(), undefined);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { REPORT_KEY, type Report } from '#common/resources/report.ts';
import { readRequests } from '#common/resources/requests.ts';
import { until } from '../cluster/until.ts';
import { connected, type Stage, startStage, WAITING as UNCONNECTED } from '../plugin/connect/stage.ts';
import { asOfNow, putConnection } from '../plugin/put-report.ts';
import {
  assertAlike,
  commandOf,
  type Interruption,
  interruption,
  interruptionOfWaiting,
  runInEveryFormat,
} from './walk/alike.ts';
import { ENDINGS, REFUSALS, WAITING, WAITING_FOR_THE_FIRST, WATCHING } from './walk/sidecar-lines.ts';

/** Long enough to be watching, where nothing says so; and for a time-out. */
const A_MOMENT_MS = 50;

/** A cluster with the report of a sidecar that holds its Lease and answers nothing, and a way to run a line in it. */
async function startSilence(t: TestContext, report: Report | ((simulator: Stage['simulator']) => Report)) {
  const stage = await startStage(t, report);
  await putConnection(stage.cluster, 'Synchronized');
  const tokenFile = await stage.file('token', stage.simulator.requestToken().rawEncoded);
  const env = { NODE_EXTRA_CA_CERTS: stage.caFile };
  const run = async (line: string, waitsFor: string, interrupted?: () => Interruption) => {
    const words = line.replaceAll('FOR', waitsFor).replaceAll('TOKEN', tokenFile).split(' ');
    return runInEveryFormat(words, await commandOf(line), stage.cluster.kubeconfigPath, env, interrupted);
  };
  return { stage, run };
}

const worlds = [
  { what: 'what waits for a sidecar', lines: WAITING, report: connected },
  { what: 'what waits for the first connection', lines: WAITING_FOR_THE_FIRST, report: UNCONNECTED },
];

for (const { what, lines, report } of worlds) {
  test(`${what} that is silent ends by its time-out, Ctrl-C and SIGTERM, alike in every format`, async (t) => {
    const { run } = await startSilence(t, report);
    for (const line of lines) {
      const command = await commandOf(line);
      assertAlike(await run(line, `${A_MOMENT_MS}ms`), ENDINGS.timeout, `${line}, nobody answers`, command);
      for (const name of ['SIGINT', 'SIGTERM'] as const) {
        const runs = await run(line, '1m', () => interruptionOfWaiting(name));
        assertAlike(runs, ENDINGS[name], `${line}, ${name}`, command);
      }
    }
  });
}

test('what watches ends by Ctrl-C and SIGTERM, with the exit code of each in every format', async (t) => {
  const { run } = await startSilence(t, connected);
  for (const line of WATCHING) {
    for (const name of ['SIGINT', 'SIGTERM'] as const) {
      const runs = await run(line, '', () => interruption(name, A_MOMENT_MS));
      for (const { format, code } of runs) assert.equal(code, ENDINGS[name], `${line} -o ${format}, ${name}`);
    }
  }
});

for (const [result, { reason, exitCode, lines }] of Object.entries(REFUSALS)) {
  test(`what a sidecar answers as ${result} is ${exitCode} for whoever asked, alike in every format`, async (t) => {
    const { stage, run } = await startSilence(t, connected);
    for (const line of lines) {
      const runs = await answering(stage, { result, reason, message: 'by the test' }, run(line, '1m'));
      assertAlike(runs, exitCode, `${line}, ${result}`, await commandOf(line));
    }
  });
}

/** While the work goes on, every request is answered like that in the report. */
async function answering<T>(
  { cluster: { cluster }, simulator }: Stage,
  answer: { readonly result: string; readonly reason: string; readonly message: string },
  work: Promise<T>,
): Promise<T> {
  let isOver = false;
  const ended = () => {
    isOver = true;
  };
  work.then(ended, ended);
  const [connection, report] = ['compass-connection', 'compass-connection-report'];
  const answered = new Set<string>();
  await until('the end of what asks', async () => {
    const { metadata } = await cluster.get<CompassConnection>({ kind: COMPASS_CONNECTION, name: connection });
    const open = readRequests(metadata.annotations).filter(({ id }) => !answered.has(id));
    if (open.length > 0) {
      for (const { id } of open) answered.add(id);
      const time = formatTime(Date.now());
      const requests = open.map(({ verb, id }) => ({ verb, id, accepted: time, finished: time, ...answer }));
      const data = { [REPORT_KEY]: JSON.stringify({ ...asOfNow(connected(simulator)), requests }) };
      await cluster.mergePatch({ kind: CONFIG_MAP, namespace: 'compass-system', name: report }, { data });
    }
    return isOver;
  });
  return work;
}

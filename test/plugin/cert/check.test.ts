import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { conform } from '#common/resources/conform.ts';
import { checkCertificate, type Demands } from '../../../plugin/cert/check.ts';
import { CERTIFICATE_CHECK_SCHEMA } from '../../../plugin/schemas/certificate-check.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { type ClusterScene, clusterScene } from './cluster-scene.ts';

const HOUR = 3_600_000;

/** A day's certificate that is renewed at half of its life. */
const IDENTITY = {
  name: 'compass-connection',
  namespace: 'compass-system',
  source: 'report',
  notBefore: 0,
  notAfter: 24 * HOUR,
  renewAt: 12 * HOUR,
  isRefused: false,
  notPermitted: [],
} as const;

const NONE: Demands = { expiresIn: undefined, surviveMs: undefined };

suite('whether a certificate lasts', () => {
  const cases: readonly [name: string, atHour: number, demands: Partial<Demands>, status: string, changes?: object][] =
    [
      ['before its deadline', 11, {}, 'Fine'],
      ['at its deadline', 12, {}, 'RenewalDue'],
      ['after its deadline, while nobody asks for that', 13, { surviveMs: 8 * HOUR }, 'Fine'],
      ['exactly as long as asked for', 16, { surviveMs: 8 * HOUR }, 'Fine'],
      ['not as long', 16.1, { surviveMs: 8 * HOUR }, 'WouldNotSurvive'],
      ['with a third left', 15, { expiresIn: { percent: 33 } }, 'Fine'],
      ['with less than a third left', 16.5, { expiresIn: { percent: 33 } }, 'RenewalDue'],
      ['with enough hours left', 15, { expiresIn: { ms: 8 * HOUR } }, 'Fine'],
      ['with too few hours left', 17, { expiresIn: { ms: 8 * HOUR } }, 'RenewalDue'],
      ['with two demands of which one fails', 15, { expiresIn: { ms: HOUR }, surviveMs: 60 * HOUR }, 'WouldNotSurvive'],
      ['at its very end', 24, { surviveMs: 0 }, 'Expired'],
      ['refused by Compass', 1, {}, 'Refused', { isRefused: true }],
      ['without a reported deadline, with more than 30% left', 16, {}, 'Fine', { renewAt: undefined }],
      ['without a reported deadline, with less', 17, {}, 'RenewalDue', { renewAt: undefined }],
      ['of unknown age, by its share', 1, { expiresIn: { percent: 1 } }, 'RenewalDue', { notBefore: undefined }],
    ];
  for (const [name, atHour, demands, status, changes = {}] of cases) {
    test(`${name}: ${status}`, () => {
      const verdict = checkCertificate({ ...IDENTITY, ...changes }, { ...NONE, ...demands }, atHour * HOUR);
      assert.equal(verdict.status, status);
      assert.equal(
        verdict.lines.every(({ ok }) => ok),
        status === 'Fine',
      );
    });
  }

  test('a life that is too short for the outage is said to be so', () => {
    const { lines } = checkCertificate(IDENTITY, { ...NONE, surviveMs: 60 * HOUR }, HOUR);
    assert.match(
      lines.at(-1)?.message ?? '',
      /survives 23h without Compass, not 2d12h; a new one lives 24h, which is less/,
    );
  });
});

suite('cert check', () => {
  type Row = readonly [args: readonly string[], code: number, status: string];

  async function assertRows(env: ClusterScene['env'], rows: readonly Row[]): Promise<void> {
    for (const [args, code, status] of rows) {
      for (const format of [[], ['-o', 'oneline'], ['-o', 'yaml']]) {
        const { code: actual } = await runHere(['cert', 'check', ...args, ...format], env);
        assert.equal(actual, code, [...args, ...format].join(' '));
      }
      const { stdout } = await runHere(['cert', 'check', ...args, '-o', 'json'], env);
      const document = JSON.parse(stdout);
      assert.deepEqual(document.verdict, { status, exitCode: code });
      assert.equal(document.error === undefined, code === 0);
      if (status !== 'Failed') assert.deepEqual(conform(CERTIFICATE_CHECK_SCHEMA, document), document);
    }
  }

  test('of a fresh certificate exits with 0, unless more is asked of it than it has', async (t) => {
    const { env } = await clusterScene(t, { report: {} });
    await assertRows(env, [
      [[], 0, 'Fine'],
      [['--survive', '17h'], 0, 'Fine'],
      [['--survive', '60h'], 1, 'WouldNotSurvive'],
      [['--expires-in=80%'], 1, 'RenewalDue'],
      [['--expires-in', 'soon'], 2, 'Failed'],
      [['other'], 3, 'Failed'],
    ]);
  });

  test('of one that is due exits with 1, unless less is asked of it', async (t) => {
    const { env } = await clusterScene(t, { report: {}, terms: { from: -20, until: 4 } });
    await assertRows(env, [
      [[], 1, 'RenewalDue'],
      [['--expires-in', '1h', '--survive', '3h'], 0, 'Fine'],
    ]);
    assertExit(await runPlugin(['cert', 'check'], env), 'cert check', 1);
  });

  test('of one that expired exits with 6', async (t) => {
    const { env } = await clusterScene(t, { report: {}, terms: { from: -48, until: -24 } });
    await assertRows(env, [[[], 6, 'Expired']]);
  });

  test('reads no Secret, and says in one line what a script wants', async (t) => {
    const { cluster, env } = await clusterScene(t, { report: {} });
    const { stdout } = await runHere(['cert', 'check', '-o', 'oneline'], env);
    assert.match(stdout, /^Fine remainingSeconds=6\d{4} notAfter=\S+Z renewAt=\S+Z\n$/);
    if (cluster.target !== 'embedded') return;
    const { stdout: text } = await runHere(['cert', 'check', '--survive', '60h'], env);
    assert.match(
      text,
      /^✔ valid 1[78]h of 24h left, until .*\n✗ survives 1[78]h without Compass, not 2d12h.*\n {2}kubectl compass cert renew/,
    );
  });

  test('of another agent goes by the status, and says so', async (t) => {
    const { env } = await clusterScene(t);
    const { code, stdout } = await runHere(['cert', 'check'], env);
    assert.equal(code, 0);
    assert.match(stdout, /when 30% of its life is left \(no sidecar has reported a deadline\)/);
    assert.match(stdout, /this is what the CompassConnection says/);
  });
});

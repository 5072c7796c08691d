import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatTime } from '#common/clock.ts';
import { CONFIG_MAP, type ConfigMap } from '#common/cluster/objects.ts';
import { COMPASS_CONNECTION, type CompassConnection } from '#common/resources/compass-connection.ts';
import { conform } from '#common/resources/conform.ts';
import { REPORT_KEY, readReport } from '#common/resources/report.ts';
import { readRequests, requestAnnotation } from '#common/resources/requests.ts';
import { CERTIFICATE_RENEWAL_SCHEMA } from '../../../plugin/schemas/certificate-renewal.ts';
import { CERTIFICATE_REVOCATION_SCHEMA } from '../../../plugin/schemas/certificate-revocation.ts';
import { until } from '../../cluster/until.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { type ClusterScene, clusterScene } from './cluster-scene.ts';

const REF = { kind: COMPASS_CONNECTION, name: 'compass-connection' };

/** What the reference agent does when it sees its flag. */
async function renewAsTheReferenceAgent({ cluster }: ClusterScene): Promise<void> {
  const connection = await until('the flag is set', async () => {
    const found = await cluster.cluster.get<CompassConnection>(REF);
    return found.spec.refreshCredentialsNow === true && found;
  });
  assert.deepEqual(Object.keys(connection.metadata.annotations ?? {}), []);
  const day = (days: number) => formatTime(Date.now() + days * 86_400_000);
  const certificateStatus = { acquired: day(0), notBefore: day(0), notAfter: day(90) };
  const status = { connectionStatus: { certificateStatus, renewed: day(0) } };
  await cluster.cluster.mergePatch(REF, { spec: { refreshCredentialsNow: false }, status });
}

/** What a sidecar reports when it has carried out the request; `inUse` is the keyed fingerprint that it then presents. */
async function answerAsASidecar({ cluster: { cluster } }: ClusterScene, inUse: string): Promise<void> {
  const request = await until('a request is there', async () => {
    const { metadata } = await cluster.get<CompassConnection>(REF);
    return readRequests(metadata.annotations).find(({ verb }) => verb === 'renew');
  });
  const ref = { kind: CONFIG_MAP, namespace: 'compass-system', name: 'compass-connection-report' };
  const report = readReport((await cluster.get<ConfigMap>(ref)).data?.[REPORT_KEY]);
  assert.ok(report?.identity);
  const { verb, id } = request;
  const answer = { verb, id, accepted: formatTime(Date.now()), finished: formatTime(Date.now()), result: 'succeeded' };
  const identity = { ...report.identity, fingerprints: { stored: inUse, inUse } };
  const data = { [REPORT_KEY]: JSON.stringify({ ...report, identity, requests: [answer] }) };
  await cluster.mergePatch(ref, { data });
  await cluster.mergePatch(REF, { metadata: { annotations: { [requestAnnotation('renew')]: null } } });
}

suite('cert renew', () => {
  test('is content with a new certificate in use only, and not with the answer alone', async (t) => {
    const scene = await clusterScene(t, { report: {} });
    const [early] = await Promise.all([
      runHere(['cert', 'renew', '--timeout', '1s'], scene.env),
      answerAsASidecar(scene, 'keyed-a'),
    ]);
    assert.equal(early.code, 124, early.stdout);
    const [renewed] = await Promise.all([
      runHere(['cert', 'renew', '--timeout', '20s'], scene.env),
      answerAsASidecar(scene, 'keyed-b'),
    ]);
    assert.equal(renewed.code, 0, renewed.stderr);
  });

  test('of another agent sets its flag, and waits until that is set back and the certificate is a new one', async (t) => {
    const scene = await clusterScene(t);
    const agent = renewAsTheReferenceAgent(scene);
    const { code, stdout, stderr } = await runHere(['cert', 'renew', '-o', 'json', '--timeout=20s'], scene.env);
    await agent;
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(CERTIFICATE_RENEWAL_SCHEMA, document), document);
    assert.equal(document.verdict.status, 'Renewed');
    assert.ok(Date.parse(document.notAfter) > Date.now() + 80 * 86_400_000);
  });

  test('asks by request and flag in one patch, and need not wait', async (t) => {
    const { cluster, env } = await clusterScene(t, { report: {} });
    const { code, stdout } = await runHere(['cert', 'renew', '--no-wait', '-o', 'json'], env);
    assert.equal(code, 0);
    const { requestId, verdict } = JSON.parse(stdout);
    assert.equal(verdict.status, 'Requested');
    const { metadata, spec } = await cluster.cluster.get<CompassConnection>(REF);
    assert.equal(spec.refreshCredentialsNow, true);
    assert.equal(metadata.annotations?.['compass.kyma-project.io/renew'], requestId);
  });

  test('changes nothing where it is a dry run, or not due and that is to be said', async (t) => {
    const { cluster, env } = await clusterScene(t, { report: {} });
    const before = (await cluster.cluster.get(REF)).metadata.resourceVersion;
    for (const [flag, expected] of [
      ['--dry-run', 0],
      ['--dry-run=server', 0],
      ['--detailed-exitcode', 9],
    ] as const) {
      const result = await runPlugin(['cert', 'renew', flag, '-o', 'json'], env);
      assertExit(result, 'cert renew', expected);
      const { code, stdout } = result;
      const { verdict, requestId } = JSON.parse(stdout);
      assert.deepEqual([verdict.status, requestId], [code === 0 ? 'DryRun' : 'NotNeeded', undefined]);
    }
    assert.equal((await cluster.cluster.get(REF)).metadata.resourceVersion, before);
  });

  test('says what it was waiting for when nobody answers: exit code 124', async (t) => {
    const { env } = await clusterScene(t, { report: {} });
    const { code, stderr } = await runHere(['cert', 'renew', '--timeout', '3s'], env);
    assert.equal(code, 124);
    assert.match(stderr, /waiting for the sidecar to accept renew \S+; its report/);
  });

  test('of a certificate that expired asks for nothing: exit code 6', async (t) => {
    const expired = await clusterScene(t, { report: {}, terms: { from: -48, until: -24 } });
    const { code, stderr } = await runHere(['cert', 'renew'], expired.env);
    assert.equal(code, 6);
    assert.match(stderr, /expired 24h ago, and only a new token helps\n.*next: kubectl compass reconnect --help/);
  });

  test('of a certificate that Compass refuses asks for nothing, either', async (t) => {
    const condition = { type: 'Connected', status: 'False', reason: 'Rejected' };
    const refused = await clusterScene(t, { report: { state: 'ConnectionFailed', conditions: [condition] } });
    assert.equal((await runHere(['cert', 'renew'], refused.env)).code, 6);
    const { spec } = await refused.cluster.cluster.get<CompassConnection>(REF);
    assert.equal(spec.refreshCredentialsNow ?? false, false);
  });

  test('takes files or a connection, and not half of a pair', async (t) => {
    const { env } = await clusterScene(t);
    for (const args of [
      ['--cert', 'a.crt'],
      ['name', '--cert', 'a.crt', '--key', 'a.key'],
    ]) {
      assert.equal((await runHere(['cert', 'renew', ...args], env)).code, 2);
      assert.equal((await runHere(['cert', 'revoke', ...args], env)).code, 2);
    }
  });
});

suite('cert revoke', () => {
  test('is for a sidecar that reports: exit code 3 without one', async (t) => {
    const { env } = await clusterScene(t);
    assert.equal((await runHere(['cert', 'revoke', '--yes'], env)).code, 3);
  });

  test('of a connection without a certificate revokes nothing, and does not say that it did: exit code 3', async (t) => {
    const { cluster, env } = await clusterScene(t, { report: {} });
    const ref = { kind: CONFIG_MAP, name: 'compass-connection-report', namespace: 'compass-system' };
    const report = JSON.parse((await cluster.cluster.get<ConfigMap>(ref)).data?.[REPORT_KEY] ?? '');
    delete report.identity;
    await cluster.cluster.mergePatch(ref, { data: { [REPORT_KEY]: JSON.stringify(report) } });
    const { code, stderr } = await runHere(['cert', 'revoke', '--yes', '--timeout', '1s'], env);
    assert.equal(code, 3);
    assert.match(stderr, /compass-connection has no client certificate to revoke/);
    const { metadata } = await cluster.cluster.get<CompassConnection>(REF);
    assert.equal(metadata.annotations?.['compass.kyma-project.io/disconnect'], undefined);
  });

  test('wants a yes, and asks to disconnect', async (t) => {
    const { cluster, env } = await clusterScene(t, { report: {} });
    const unasked = await runHere(['cert', 'revoke', '-o', 'json'], env);
    assert.equal(unasked.code, 7);
    assert.equal(JSON.parse(unasked.stdout).error.reason, 'ConfirmationRequired');
    const dry = await runHere(['cert', 'revoke', '--dry-run', '-o', 'json'], env);
    const { verdict, requestId } = JSON.parse(dry.stdout);
    assert.deepEqual([dry.code, verdict.status, requestId], [0, 'DryRun', undefined]);
    const { code, stdout } = await runHere(['cert', 'revoke', '--yes', '--no-wait', '-o', 'json'], env);
    assert.equal(code, 0);
    const document = JSON.parse(stdout);
    assert.deepEqual(conform(CERTIFICATE_REVOCATION_SCHEMA, document), document);
    const { metadata } = await cluster.cluster.get<CompassConnection>(REF);
    const request = metadata.annotations?.['compass.kyma-project.io/disconnect'];
    assert.equal(request, `${document.requestId};revoke=true`);
  });
});

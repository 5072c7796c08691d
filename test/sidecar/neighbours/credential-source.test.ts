import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog } from '#common/log.ts';
import { DETAILS_ANNOTATION, readDetails, renderDetails } from '#common/resources/connection-details.ts';
import { CredentialSource } from '../../../sidecar/neighbours/credential-source.ts';
import { ManualClock } from '../manual-clock.ts';
import { changed, sampleSecret } from './sample-set.ts';

function start() {
  const clock = new ManualClock(Date.now());
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    'info',
    () => clock.now(),
  );
  const secret = { namespace: 'compass-system', name: 'client' };
  return { clock, source: new CredentialSource({ secret, clock, log }), takeLines: () => lines.splice(0).join('') };
}

test('G5: what is damaged, half written or gone changes nothing, and is said once', async () => {
  const { source, takeLines } = start();
  const first = await sampleSecret();
  const second = await sampleSecret();
  source.take(first.secret);
  const good = source.current;
  assert.ok(good);
  assert.equal(source.problem, undefined);
  const text = (key: 'crt' | 'key') => Buffer.from(second.secret.data?.[key] ?? '', 'base64').toString();
  for (const [damaged, why] of [
    [undefined, /does not exist/],
    [changed(first, { data: { key: text('key') } }), /no pair/],
    [changed(first, { data: { key: null } }), /there is no key/],
    [changed(first, { data: { crt: null, crtChain: null } }), /no certificate/],
    [changed(first, { data: { crt: 'no PEM', crtChain: '-----BEGIN' } }), /no certificate in PEM/],
  ] as const) {
    source.take(damaged);
    source.take(damaged);
    assert.equal(source.current, good);
    assert.match(source.problem ?? '', why);
    assert.equal(takeLines().match(/the last good ones are kept/g)?.length, 1, String(why));
  }
  source.take(second.secret);
  assert.equal(source.current?.credential.fingerprint, second.set.credential.fingerprint);
  assert.equal(source.problem, undefined);
  assert.match(takeLines(), /in order again/);
});

test('an expired certificate takes the place of none that still is good, and of one that has expired, too', async () => {
  const { source, clock } = start();
  const old = await sampleSecret({ notAfter: Date.now() - 3_600_000 });
  const good = await sampleSecret();
  source.take(old.secret);
  assert.equal(source.current?.credential.fingerprint, old.set.credential.fingerprint, 'by a clock that may be wrong');
  source.take(good.secret);
  source.take(old.secret);
  assert.equal(source.current?.credential.fingerprint, good.set.credential.fingerprint);
  assert.match(source.problem ?? '', /has expired, and the one before has not/);
  clock.advance(8 * 24 * 3_600_000);
  source.take(old.secret);
  assert.equal(source.current?.credential.fingerprint, old.set.credential.fingerprint);
});

test('G6: details of a later version, of another certificate or of nonsense are refused clearly, and the pair serves', async () => {
  const { source, takeLines } = start();
  const sample = await sampleSecret();
  source.take(sample.secret);
  assert.equal(source.current?.details?.runtimeId, 'a-runtime');
  const { details } = sample.set;
  assert.ok(details);
  for (const [value, why] of [
    [JSON.stringify({ ...details, schemaVersion: 'v2' }), /version is not v1/],
    [renderDetails({ ...details, fingerprint: 'another' }), /another certificate/],
    ['{"schemaVersion":"v1"}', /something is missing/],
    ['no JSON', /not JSON/],
    [`"${'x'.repeat(20_000)}"`, /not JSON/],
  ] as const) {
    source.take(sample.secret);
    source.take(changed(sample, { annotations: { [DETAILS_ANNOTATION]: value } }));
    assert.equal(source.current?.details, undefined);
    assert.equal(source.current?.credential.fingerprint, sample.set.credential.fingerprint);
    assert.match(takeLines(), why);
  }
  const newer = { ...JSON.parse(renderDetails(details)), proxyUrl: 'https://example.com', tenant: undefined } as object;
  source.take(changed(sample, { annotations: { [DETAILS_ANNOTATION]: JSON.stringify(newer) } }));
  const { tenant: _tenant, ...rest } = details;
  assert.deepEqual(source.current?.details, rest, 'what is not known is ignored');
  assert.equal(takeLines(), '');
});

test('beside the reference agent there are no details, and nothing is wrong with that', async () => {
  const { source, takeLines } = start();
  const sample = await sampleSecret();
  const annotations = { [DETAILS_ANNOTATION]: null, 'compass.kyma-project.io/connection': null };
  source.take(changed(sample, { annotations }));
  assert.equal(source.current?.details, undefined);
  assert.equal(source.current?.connection, undefined);
  assert.equal(source.problem, undefined);
  assert.equal(takeLines(), '');
});

test('details are the same text for the same connection, and what was written is read', () => {
  const details = {
    fingerprint: 'f',
    connectorUrl: 'https://a.example.com',
    directorUrl: 'https://b.example.com',
    runtimeId: 'r',
  };
  assert.deepEqual(readDetails(renderDetails(details)), details);
  const { runtimeId, ...rest } = { ...details, tenant: 't' };
  assert.equal(renderDetails({ runtimeId, ...rest }), renderDetails({ ...rest, runtimeId }));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPem } from '#common/pki/pem.ts';
import type { Fault } from '../../simulator/faults/fault.ts';
import { reasonIn, startBench } from './bench.ts';

const SIGN = 'signCertificateSigningRequest';
const TEN_MINUTES_MS = 600_000;
const CRL = '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const field = (name: string, text: string): Fault => ({ set: { [`/data/${SIGN}/${name}`]: text } });

async function pairedBench(t: Parameters<typeof startBench>[0]) {
  const bench = await startBench(t);
  await bench.configure();
  const pass = bench.start();
  assert.equal((await pass()).did, 'paired');
  const data = (await bench.clientSecret())?.data ?? {};
  const [leaf = '', ...cas] = readPem(Buffer.from(data['crtChain'] ?? '', 'base64').toString()).certificates.map(
    String,
  );
  return { bench, pass, data, leaf, cas };
}

test('C16: what is no certificate of ours is refused in a renewal, nothing of it is stored, and the old pair serves', async (t) => {
  const { bench, pass, data, leaf, cas } = await pairedBench(t);
  const damaged: readonly [fault: Fault, reason: string, why: RegExp][] = [
    [field('clientCertificate', '!!!'), 'InvalidAnswer', /clientCertificate is no base64 of PEM/],
    [field('certificateChain', base64('no PEM')), 'InvalidAnswer', /certificateChain is no base64 of PEM/],
    [field('certificateChain', ''), 'InvalidAnswer', /there is no certificateChain/],
    [field('caCertificate', base64(CRL)), 'InvalidCertificate', /caCertificate holds no certificate/],
    [field('certificateChain', base64(cas.join(''))), 'InvalidCertificate', /is not in certificateChain/],
    [field('clientCertificate', base64(leaf)), 'InvalidCertificate', /not for the key that was sent/],
    [field('clientCertificate', base64(cas.join(''))), 'InvalidCertificate', /not for the key that was sent/],
    [{ set: { [`/data/${SIGN}`]: null } }, 'InvalidAnswer', /there is no signCertificateSigningRequest/],
  ];
  for (const [fault, reason, why] of damaged) {
    bench.simulator.faults.clear();
    bench.simulator.faults.add({ operation: SIGN, ...fault });
    bench.clock.advance(TEN_MINUTES_MS);
    const result = await pass({ isRenewalAskedFor: true });
    assert.deepEqual([reasonIn(result), result.connection !== undefined], [reason, true], String(result.error));
    assert.match(String(result.error), why);
    assert.deepEqual((await bench.clientSecret())?.data, data);
  }
  bench.simulator.faults.clear();
  bench.clock.advance(TEN_MINUTES_MS);
  assert.equal((await pass({ isRenewalAskedFor: true })).did, 'renewed');
});

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { before, suite, test } from 'node:test';
import type { CertificationResult } from '#common/compass/connector.ts';
import { judgeIssued } from '#common/pki/issued.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { Sensitive } from '#common/sensitive.ts';
import { type Issued, issue, issueRoot, sharedRsaKey, type Terms } from './authority.ts';

const SUBJECT = 'O=Org,OU=Unit,L=Town,ST=State,C=DE,CN=client-id';
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 3_600_000;
const CRL = '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n';

suite('judgeIssued', () => {
  let root: Issued;
  let issuing: Issued;
  let leaf: Issued;
  const now = Date.now();

  before(async () => {
    root = await issueRoot('Root');
    issuing = await issueRoot('Issuing', { issuer: root });
    leaf = await client();
  });

  async function client(terms: Partial<Terms> = {}): Promise<Issued> {
    const { keys } = await sharedRsaKey();
    return issue({ subject: SUBJECT, issuer: issuing, keys, ...terms });
  }

  function answerWith(one: Issued, changes: Partial<CertificationResult> = {}): CertificationResult {
    return {
      clientCertificate: one.pem,
      certificateChain: one.pem + issuing.pem + root.pem,
      caCertificate: issuing.pem + root.pem,
      ...changes,
    };
  }

  async function judge(answer: CertificationResult, at = now) {
    const { pem } = await sharedRsaKey();
    return judgeIssued(answer, { key: new Sensitive(pem), subject: parseSubject(SUBJECT), now: at });
  }

  async function refuses(answer: CertificationResult, why: RegExp, at = now): Promise<void> {
    await assert.rejects(judge(answer, at), { reason: 'InvalidCertificate', message: why });
  }

  function names(pem: string): (string | undefined)[] {
    const blocks = pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----\n/g) ?? [];
    return blocks.map((block) => /CN=(.*)/.exec(new X509Certificate(block).subject)?.[1]);
  }

  test('what fits comes back leaf first, with its dates and fingerprint', async () => {
    const judged = await judge(answerWith(leaf));
    const certificate = new X509Certificate(leaf.pem);
    assert.deepEqual(names(judged.chainPem), ['client-id', 'Issuing', 'Root']);
    assert.deepEqual(names(judged.caPem), ['Issuing', 'Root']);
    assert.deepEqual(names(judged.leafPem), ['client-id']);
    assert.equal(judged.fingerprint, certificate.fingerprint256.replaceAll(':', '').toLowerCase());
    assert.equal(judged.notAfter, Date.parse(certificate.validTo));
    assert.equal(judged.notBefore, Date.parse(certificate.validFrom));
    assert.deepEqual([judged.notYetValid, judged.warnings], [false, []]);
  });

  test('C16: a chain in reverse is put in order', async () => {
    const judged = await judge(answerWith(leaf, { certificateChain: root.pem + issuing.pem + leaf.pem }));
    assert.deepEqual(names(judged.chainPem), ['client-id', 'Issuing', 'Root']);
  });

  test('C16: a chain without the CA is completed from caCertificate', async () => {
    const judged = await judge(answerWith(leaf, { certificateChain: leaf.pem }));
    assert.deepEqual(names(judged.chainPem), ['client-id', 'Issuing', 'Root']);
  });

  test('C16: blocks that are no certificates, and certificates that do not belong, are left out with a warning', async () => {
    const stranger = await issueRoot('Stranger');
    const certificateChain = CRL + leaf.pem + stranger.pem + leaf.keyPem + issuing.pem + root.pem;
    const judged = await judge(answerWith(leaf, { certificateChain }));
    assert.deepEqual(names(judged.chainPem), ['client-id', 'Issuing', 'Root']);
    assert.doesNotMatch(judged.chainPem, /X509 CRL|PRIVATE KEY/);
    assert.match(judged.warnings.join('\n'), /1 more that do not belong.*\n.*\(X509 CRL, PRIVATE KEY\)/);
  });

  test('C16: an answer without certificates is refused', async () => {
    for (const field of ['clientCertificate', 'certificateChain', 'caCertificate'] as const) {
      await refuses(answerWith(leaf, { [field]: 'garbage' }), new RegExp(`${field} holds no certificate`));
      await refuses(answerWith(leaf, { [field]: CRL }), new RegExp(`${field} holds no certificate`));
      const damaged = leaf.pem.replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA');
      await refuses(
        answerWith(leaf, { [field]: damaged }),
        new RegExp(`${field} holds a certificate that cannot be read`),
      );
    }
  });

  test('C16: a chain of CAs only, and one of another leaf, are refused', async () => {
    await refuses(answerWith(leaf, { certificateChain: issuing.pem + root.pem }), /is not in certificateChain/);
    const other = await client();
    const certificateChain = other.pem + issuing.pem + root.pem;
    await refuses(answerWith(leaf, { certificateChain }), /is not in certificateChain/);
  });

  test('C16: a chain that does not link is refused', async () => {
    const stranger = await issueRoot('Issuing');
    const answer = answerWith(leaf, { certificateChain: leaf.pem + stranger.pem, caCertificate: stranger.pem });
    await refuses(answer, /its issuer is neither/);
  });

  test('a certificate for another key is refused', async () => {
    await refuses(answerWith(await issue({ subject: SUBJECT, issuer: issuing })), /not for the key that was sent/);
  });

  test('a certificate with another CN is refused', async () => {
    await refuses(answerWith(await client({ subject: 'O=Org,CN=somebody' })), /its CN is "somebody", not "client-id"/);
    await refuses(answerWith(await client({ subject: 'O=Org' })), /its CN is ""/);
  });

  test('C18: a certificate that has expired is refused', async () => {
    const expired = await client({ notAfter: now - 2 * MINUTE_MS });
    await refuses(answerWith(expired), /it has expired since 20/);
  });

  test('C18: one whose time begins in ten minutes is held, and says so', async () => {
    const judged = await judge(answerWith(await client({ notBefore: now + 10 * MINUTE_MS })));
    assert.equal(judged.notYetValid, true);
    assert.match(judged.warnings.join(), /not valid before 20/);
  });

  test('C18: it is valid from its first millisecond, and no longer in its last', async () => {
    const { notBefore, notAfter } = await judge(answerWith(leaf));
    const first = await judge(answerWith(leaf), notBefore);
    assert.deepEqual([first.notYetValid, first.warnings], [false, []]);
    const early = await judge(answerWith(leaf), notBefore - 1);
    assert.deepEqual([early.notYetValid, early.warnings.length], [true, 1]);
    assert.equal((await judge(answerWith(leaf), notAfter - 1)).notAfter, notAfter);
    await refuses(answerWith(leaf), /it has expired since 20/, notAfter);
  });

  test('C18: five years are usual, a second more is not', async () => {
    const notBefore = now - MINUTE_MS - (now % 1000);
    const years = await judge(answerWith(await client({ notBefore, notAfter: notBefore + 5 * YEAR_MS })));
    assert.deepEqual(years.warnings, []);
    const more = await judge(answerWith(await client({ notBefore, notAfter: notBefore + 5 * YEAR_MS + 1000 })));
    assert.match(more.warnings.join(), /unusually long/);
  });

  test('C18: five minutes are accepted without, a hundred years with a warning', async () => {
    const short = await judge(answerWith(await client({ notAfter: now + 5 * MINUTE_MS })));
    assert.deepEqual(short.warnings, []);
    const long = await judge(answerWith(await client({ notAfter: now + 100 * YEAR_MS })));
    assert.match(long.warnings.join(), /unusually long/);
  });

  test('X9: a CA in the chain that has expired is a warning', async () => {
    const old = await issueRoot('Issuing', { issuer: root, notAfter: now - MINUTE_MS });
    const under = await client({ issuer: old });
    const answer = answerWith(under, { certificateChain: under.pem + old.pem, caCertificate: old.pem });
    assert.match((await judge(answer)).warnings.join(), /a CA in its chain has expired/);
    const end = new X509Certificate(old.pem).validToDate.getTime();
    assert.match((await judge(answer, end)).warnings.join(), /a CA in its chain has expired/);
    assert.deepEqual((await judge(answer, end - 1)).warnings, []);
  });
});

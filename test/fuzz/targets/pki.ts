import { readRoots } from '#common/compass/roots.ts';
import { joinRoots, readStored } from '#common/pki/certificate.ts';
import { judgeIssued } from '#common/pki/issued.ts';
import { readPem } from '#common/pki/pem.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Corpora } from '../corpora.ts';
import type { Target } from '../fuzz.ts';

const SUBJECTS = [
  'O=SAP,OU=Test,OU=Other,L=Walldorf,ST=BW,C=DE,CN=3b5f0f1e-7f4b-4a39-9cde-9e50f2a0a7a1',
  '/C=DE/O=Acme, Inc./CN=name',
  'cn=a\\2Cb,dc=example,dc=com,serialNumber=1',
].map((text) => Buffer.from(text));

const SUBJECT = parseSubject('CN=fuzz');

/** Keys, certificates and subjects. */
export function pkiTargets({ pem }: Corpora): readonly Target[] {
  const key = pem.find((text) => text.includes('PRIVATE KEY'))?.toString() ?? '';
  const chain = pem.find((text) => text.includes('CERTIFICATE'))?.toString() ?? '';
  return [
    { name: 'a subject', inputs: SUBJECTS, read: (input) => parseSubject(input.toString()) },
    { name: 'PEM', inputs: pem, read: (input) => [readPem(input.toString()), readRoots(input.toString())] },
    { name: 'roots beside others', inputs: pem, read: (input) => joinRoots(chain, input.toString()) },
    {
      name: 'a stored certificate',
      inputs: pem,
      read: (input) => readStored({ crt: input.toString(), key, crtChain: input.toString() }, 0),
    },
    {
      name: 'a stored key',
      inputs: pem,
      read: (input) => readStored({ crt: chain, key: input.toString(), crtChain: chain }, 0),
    },
    {
      name: 'an issued certificate',
      inputs: pem,
      read(input) {
        const text = input.toString();
        const answer = { clientCertificate: text, certificateChain: text, caCertificate: text };
        return judgeIssued(answer, { key: new Sensitive(key), subject: SUBJECT, now: 0 });
      },
    },
  ];
}

import { signCertificateSigningRequest } from '#common/compass/connector.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { buildCsr } from '#common/pki/csr.ts';
import { type IssuedCertificate, judgeIssued } from '#common/pki/issued.ts';
import type { Subject } from '#common/pki/subject.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { Invocation } from '../../command.ts';
import { humanDuration } from '../../output/age.ts';
import { colonHex } from '../fingerprint.ts';

interface Certification {
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly key: Sensitive;
  readonly subject: Subject;
  /** Spent by this; a certificate that asks needs none. */
  readonly token?: Sensitive;
}

/** Has a key certified, and judges what came. Throws what signing throws, and InvalidCertificate. */
export async function certify(
  { clock, progress, hint }: Pick<Invocation, 'clock' | 'progress' | 'hint'>,
  { endpoint, transport, key, subject, token }: Certification,
): Promise<IssuedCertificate> {
  progress.busy('sign', 'waiting for the Connector');
  const csr = await buildCsr(key, subject);
  const answer = await signCertificateSigningRequest(endpoint, transport, csr, token);
  const issued = judgeIssued(answer, { key, subject, now: clock.now() });
  const life = humanDuration(issued.notAfter - issued.notBefore);
  progress.step('ok', 'sign', `SHA-256 ${colonHex(issued.fingerprint).slice(0, 11)}…, valid ${life}`);
  for (const warning of issued.warnings) hint(`warning: the certificate: ${warning}`);
  return issued;
}

/** What tells it from others, for one line of progress. */
export function shortSubject(subject: string): string {
  return `subject ${/CN=[^,/]+/.exec(subject)?.[0] ?? subject}`;
}

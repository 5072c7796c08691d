import { createHash } from 'node:crypto';
import { checkSigningRequest } from '../authority/signing-request.ts';
import type { Exchange } from '../gateway/exchange.ts';
import { requireIdentity } from './authenticate.ts';

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function issue(csr: string, clientId: string, { compass }: Exchange) {
  const { switches, certificates } = compass;
  const request = await checkSigningRequest(csr, clientId, switches.subjectValues);
  const certificate = await compass.clientAuthority().sign(request, {
    notBeforeMs: Date.now() + switches.certificateOffsetSeconds * 1000,
    lifetimeSeconds: switches.certificateLifetimeSeconds,
  });
  certificates.add({
    fingerprint: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex'),
    clientId,
    notBefore: certificate.notBefore.toISOString(),
    notAfter: certificate.notAfter.toISOString(),
  });
  return certificate.toString('pem');
}

/** Issues a certificate for the caller's client id; every field of the answer is base64 of PEM. */
export async function signCertificateSigningRequest(csr: string, exchange: Exchange) {
  const { clientId } = requireIdentity(exchange);
  const { rootPem, issuingPem } = exchange.compass.clientAuthority();
  const authorities = exchange.compass.switches.chainWithRoot ? [issuingPem, rootPem] : [issuingPem];
  const leaf = await issue(csr, clientId, exchange);
  return {
    certificateChain: base64([leaf, ...authorities].map((pem) => `${pem}\n`).join('')),
    caCertificate: base64(authorities.map((pem) => `${pem}\n`).join('')),
    clientCertificate: base64(`${leaf}\n`),
  };
}

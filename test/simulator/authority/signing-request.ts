import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { GraphQLError } from 'graphql';
import type { Switches } from '../switches.ts';

/** A signing request that the Connector refuses; the message is what the client is told. */
class SigningRequestRefused extends GraphQLError {}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;
const REQUIRED = ['O', 'OU', 'L', 'ST', 'C'] as const;

function parse(pem: string): x509.Pkcs10CertificateRequest | undefined {
  try {
    return new x509.Pkcs10CertificateRequest(pem);
  } catch {
    return undefined;
  }
}

function decode(csr: string): x509.Pkcs10CertificateRequest {
  if (!BASE64.test(csr) || csr.length % 4 !== 0)
    throw new SigningRequestRefused('error while decoding the CSR: no base64');
  const pem = Buffer.from(csr, 'base64').toString('latin1');
  if (!pem.includes('-----BEGIN CERTIFICATE REQUEST-----')) {
    throw new SigningRequestRefused('error while decoding the CSR: no PEM block of a certificate request');
  }
  const request = parse(pem);
  if (request === undefined) throw new SigningRequestRefused('error while parsing the CSR: no PKCS#10 request');
  return request;
}

async function hasValidSignature(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch {
    return false;
  }
}

function checkSubject(subject: x509.Name, clientId: string, expected: Switches['subjectValues']): void {
  const commonName = subject.getField('CN')[0];
  if (commonName !== clientId) throw new SigningRequestRefused('CSR: invalid common name provided');
  for (const name of REQUIRED) {
    const value = subject.getField(name)[0];
    if (value === undefined) throw new SigningRequestRefused(`CSR: missing ${name} in the subject`);
    if (value !== expected[name]) throw new SigningRequestRefused(`CSR: invalid ${name} provided`);
  }
}

/** The library's type leaves out `name` where the DOM's types are absent. */
function isRsaWithSha256({ name, hash }: { name?: string; hash: { name?: string } }): boolean {
  return name === 'RSASSA-PKCS1-v1_5' && hash.name === 'SHA-256';
}

/**
 * Reads the `csr` argument and checks all that the Connector checks: PKCS#10 in PEM in base64, its signature, its subject,
 * and RSA with SHA-256, since the CA signs with the algorithm of the request. Key size is not checked.
 * @throws SigningRequestRefused
 */
export async function checkSigningRequest(
  csr: string,
  clientId: string,
  expected: Switches['subjectValues'],
): Promise<x509.Pkcs10CertificateRequest> {
  const request = decode(csr);
  if (!(await hasValidSignature(request))) throw new SigningRequestRefused('CSR: invalid signature');
  checkSubject(request.subjectName, clientId, expected);
  if (!isRsaWithSha256(request.signatureAlgorithm)) {
    throw new SigningRequestRefused(
      'error while signing the CSR: the algorithm does not match the private key of the CA',
    );
  }
  return request;
}

import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { privateKeyPem } from '../authority/keys.ts';
import type { Simulator } from '../simulator.ts';
import { call, type Reply } from './call.ts';

export const CONFIGURATION = `query Configuration { configuration {
  token { token } certificateSigningRequestInfo { subject keyAlgorithm }
  managementPlaneInfo { directorURL certificateSecuredConnectorURL } } }`;

export const SIGN = `mutation Sign($csr: String!) { signCertificateSigningRequest(csr: $csr) {
  certificateChain caCertificate clientCertificate } }`;

const RSA_2048 = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
};

let shared: Promise<webcrypto.CryptoKeyPair> | undefined;

/** One RSA key for all the clients of a test file: tests are about certificates, not keys. */
export function clientKeys(): Promise<webcrypto.CryptoKeyPair> {
  shared ??= crypto.subtle.generateKey(RSA_2048, true, ['sign', 'verify']);
  return shared;
}

export interface Credential {
  cert: string;
  key: string;
  clientId: string;
}

/** The `csr` argument: base64 of PEM of a request for the subject `A=…,B=…`. */
export async function signingRequest(subject: string, keys?: webcrypto.CryptoKeyPair): Promise<string> {
  const chosen = keys ?? (await clientKeys());
  const signingAlgorithm = { ...chosen.privateKey.algorithm, hash: 'SHA-256' };
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys: chosen,
    signingAlgorithm,
  });
  return Buffer.from(request.toString('pem')).toString('base64');
}

export function decodePem(base64: string): string {
  return Buffer.from(base64, 'base64').toString();
}

/** `configuration` with a token. */
export function configure(simulator: Simulator, token: string): Promise<Reply> {
  const headers = { 'connector-token': token };
  return call(simulator.urls.connector, { ca: simulator.caPem, headers, query: CONFIGURATION });
}

/** `signCertificateSigningRequest` with a token. */
export function sign(simulator: Simulator, token: string, csr: string): Promise<Reply> {
  const headers = { 'connector-token': token };
  return call(simulator.urls.connector, { ca: simulator.caPem, headers, query: SIGN, variables: { csr } });
}

interface ConfigurationAnswer {
  token: { token: string };
  certificateSigningRequestInfo: { subject: string; keyAlgorithm: string };
  managementPlaneInfo: { directorURL: string; certificateSecuredConnectorURL: string };
}

export function configurationOf({ data }: Reply): ConfigurationAnswer {
  return data['configuration'] as unknown as ConfigurationAnswer;
}

export function signedOf({ data }: Reply): Record<'certificateChain' | 'caCertificate' | 'clientCertificate', string> {
  return data['signCertificateSigningRequest'] as never;
}

/** The whole pairing, as a client does it. */
export async function pair(simulator: Simulator, token?: string): Promise<Credential> {
  const configuration = configurationOf(await configure(simulator, token ?? simulator.requestToken().token));
  const { subject } = configuration.certificateSigningRequestInfo;
  const answer = await sign(simulator, configuration.token.token, await signingRequest(subject));
  return {
    cert: decodePem(signedOf(answer).certificateChain),
    key: await privateKeyPem((await clientKeys()).privateKey),
    clientId: subject.split('CN=')[1] ?? '',
  };
}

import { isRecord } from '../json.ts';
import { Sensitive } from '../sensitive.ts';
import { answerReader } from './answer.ts';
import { CONFIGURATION, PROBE, REVOKE_CERTIFICATE, SIGN_CERTIFICATE_SIGNING_REQUEST } from './documents.ts';
import type { Endpoint, Transport } from './endpoint.ts';
import { call } from './graphql.ts';

/** More than any subject or URL that is of use, and not too much for a Secret. */
const LONGEST_KEPT = 12 * 1024;

/** What the Connector says about the certificate to ask for, and where Compass is. Nothing of it is judged yet. */
export interface ConnectorConfiguration {
  /** For signing. There whenever the call carried a token; every call mints one and makes an outstanding one invalid. */
  readonly token?: Sensitive;
  /** Empty where the Connector names none. */
  readonly subject: string;
  readonly keyAlgorithm: string;
  /** Undefined where the Connector names none. See trusted-url.ts. */
  readonly directorUrl?: string;
  readonly certificateSecuredConnectorUrl?: string;
}

/**
 * Throws InvalidAnswer for an answer without a configuration, or without a token where one was sent. Whatever else it lacks
 * is left out, and what is too long is cut: the token beside it is there, good for asking again, and must not be lost.
 */
export async function fetchConfiguration(
  endpoint: Endpoint,
  transport: Transport,
  token?: Sensitive,
): Promise<ConnectorConfiguration> {
  const { data, requestId } = await call(endpoint, { ...CONFIGURATION, token }, transport);
  const reader = answerReader('configuration', requestId);
  const configuration = reader.record(data['configuration'], 'configuration');
  const part = (field: string) => (isRecord(configuration[field]) ? configuration[field] : {});
  const second = part('token')['token'];
  const hasSecond = token !== undefined || (typeof second === 'string' && second !== '');
  const info = part('certificateSigningRequestInfo');
  const plane = part('managementPlaneInfo');
  const directorUrl = textOf(plane['directorURL']);
  const certificateSecuredConnectorUrl = textOf(plane['certificateSecuredConnectorURL']);
  return {
    subject: textOf(info['subject']),
    // What every Connector asks for; nothing else would come of another word.
    keyAlgorithm: textOf(info['keyAlgorithm']) || 'rsa2048',
    ...(hasSecond ? { token: new Sensitive(reader.text(second, 'token')) } : {}),
    ...(directorUrl ? { directorUrl } : {}),
    ...(certificateSecuredConnectorUrl ? { certificateSecuredConnectorUrl } : {}),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, LONGEST_KEPT).trim() : '';
}

/** A certificate with its chain takes some thousands; what is stored has to fit into a Secret. */
const LONGEST_PEM = 256 * 1024;

/** Three PEM texts, as they came: not judged. */
export interface CertificationResult {
  readonly clientCertificate: string;
  readonly certificateChain: string;
  readonly caCertificate: string;
}

/**
 * `csr` is base64 (without line breaks) of the PEM of a PKCS#10 request. With a token this spends it; by certificate it can be
 * repeated. Throws InvalidAnswer where a field is missing or is no base64 of PEM.
 */
export async function signCertificateSigningRequest(
  endpoint: Endpoint,
  transport: Transport,
  csr: string,
  token?: Sensitive,
): Promise<CertificationResult> {
  const what = { ...SIGN_CERTIFICATE_SIGNING_REQUEST, variables: { csr }, token };
  const { data, requestId } = await call(endpoint, what, transport);
  const reader = answerReader('signCertificateSigningRequest', requestId);
  const result = reader.record(data['signCertificateSigningRequest'], 'signCertificateSigningRequest');
  const pem = (field: keyof CertificationResult) => {
    const text = decodePem(reader.text(result[field], field, LONGEST_PEM));
    if (text === undefined) throw reader.invalid(`${field} is no base64 of PEM`);
    return text;
  };
  return {
    clientCertificate: pem('clientCertificate'),
    certificateChain: pem('certificateChain'),
    caCertificate: pem('caCertificate'),
  };
}

function decodePem(value: string): string | undefined {
  const base64 = value.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return undefined;
  const text = Buffer.from(base64, 'base64').toString('utf8');
  return text.includes('-----BEGIN ') ? text : undefined;
}

/** Revokes the certificate that makes the call. */
export async function revokeCertificate(endpoint: Endpoint, transport: Transport): Promise<boolean> {
  const { data } = await call(endpoint, REVOKE_CERTIFICATE, transport);
  return data['revokeCertificate'] === true;
}

/** Whether a GraphQL service answers there, without any side effect: proves the way, not the identity. */
export async function probe(endpoint: Endpoint, transport: Transport): Promise<void> {
  const { data, requestId } = await call(endpoint, PROBE, transport);
  answerReader('probe', requestId).text(data['__typename'], '__typename');
}

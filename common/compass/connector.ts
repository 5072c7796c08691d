import { isRecord } from '../json.ts';
import { Sensitive } from '../sensitive.ts';
import { answerReader } from './answer.ts';
import { CONFIGURATION, PROBE, REVOKE_CERTIFICATE, SIGN_CERTIFICATE_SIGNING_REQUEST } from './documents.ts';
import type { Endpoint, Transport } from './endpoint.ts';
import { call } from './graphql.ts';

/** What the Connector says about the certificate to ask for, and where Compass is. */
export interface ConnectorConfiguration {
  /** For signing. There whenever the call carried a token; every call mints one and makes an outstanding one invalid. */
  readonly token?: Sensitive;
  readonly subject: string;
  readonly keyAlgorithm: string;
  /** Undefined where the Connector names none. Not checked: see trusted-url.ts. */
  readonly directorUrl?: string;
  readonly certificateSecuredConnectorUrl?: string;
}

/** Throws InvalidAnswer, which names the field, for an answer without a subject, or without a token where one was sent. */
export async function fetchConfiguration(
  endpoint: Endpoint,
  transport: Transport,
  token?: Sensitive,
): Promise<ConnectorConfiguration> {
  const { data, requestId } = await call(endpoint, { ...CONFIGURATION, token }, transport);
  const reader = answerReader('configuration', requestId);
  const configuration = reader.record(data['configuration'], 'configuration');
  const info = reader.record(configuration['certificateSigningRequestInfo'], 'certificateSigningRequestInfo');
  const plane = reader.record(configuration['managementPlaneInfo'] ?? {}, 'managementPlaneInfo');
  const second = isRecord(configuration['token']) ? configuration['token']['token'] : undefined;
  const hasSecond = token !== undefined || (typeof second === 'string' && second !== '');
  const optional = <Key extends string>(key: Key, field: string): { [key in Key]?: string } => {
    const url = plane[field];
    if (typeof url !== 'string' || url.trim() === '') return {};
    return { [key]: reader.text(url, field).trim() } as { [key in Key]: string };
  };
  return {
    subject: reader.text(info['subject'], 'certificateSigningRequestInfo.subject'),
    keyAlgorithm: reader.text(info['keyAlgorithm'], 'certificateSigningRequestInfo.keyAlgorithm'),
    ...(hasSecond ? { token: new Sensitive(reader.text(second, 'token')) } : {}),
    ...optional('directorUrl', 'directorURL'),
    ...optional('certificateSecuredConnectorUrl', 'certificateSecuredConnectorURL'),
  };
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

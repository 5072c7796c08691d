import { fetchConfiguration, signCertificateSigningRequest } from '#common/compass/connector.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { readToken } from '#common/compass/token.ts';
import { readStored } from '#common/pki/certificate.ts';
import { buildCsr } from '#common/pki/csr.ts';
import { judgeIssued } from '#common/pki/issued.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { sharedRsaKey } from '../pki/authority.ts';

/** A Runtime that is paired with the simulator, and how it calls there. */
export interface Paired {
  readonly transport: Transport;
  readonly connector: Endpoint;
  readonly director: Endpoint;
  readonly runtimeId: string;
}

export async function pair(simulator: Simulator): Promise<Paired> {
  const transport = { extraRoots: [simulator.caPem] };
  const { runtimeId, tenant, urls } = simulator;
  const byToken: Endpoint = { url: urls.connector, target: 'connector', runtimeId };
  const { token } = readToken(simulator.requestToken().rawEncoded);
  const configuration = await fetchConfiguration(byToken, transport, token);
  const subject = parseSubject(configuration.subject);
  const key = new Sensitive((await sharedRsaKey()).pem);
  const csr = await buildCsr(key, subject);
  const answer = await signCertificateSigningRequest(byToken, transport, csr, configuration.token);
  const judged = judgeIssued(answer, { key, subject, now: Date.now() });
  const credential = readStored({ crt: judged.leafPem, key: key.reveal(), crtChain: judged.chainPem }, Date.now());
  return {
    transport,
    runtimeId,
    connector: { url: urls.connectorMtls, target: 'connector-mtls', credential, runtimeId },
    director: { url: urls.director, target: 'director', credential, runtimeId, tenant },
  };
}

import { closeIdle, keepAliveAgent } from '#common/cluster/agent.ts';
import type { Endpoint } from '#common/cluster/endpoint.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Proof } from './control-plane.ts';

/** An endpoint straight from what a test knows, without a kubeconfig. */
export function endpointOf(server: string, ca: string, proof: Proof): Endpoint {
  const pair = 'cert' in proof ? proof : {};
  const agent = keepAliveAgent(server, { ca, ...pair });
  const authorization = 'token' in proof && proof.token !== '' ? new Sensitive(`Bearer ${proof.token}`) : undefined;
  const credential = () => Promise.resolve({ agent, authorization });
  return { server, credential, renewed: credential, close: () => closeIdle(agent) };
}

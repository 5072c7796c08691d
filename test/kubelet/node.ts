import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../cluster/certificates.ts';
import type { TestCluster } from '../cluster/start-test-cluster.ts';
import type { PodLogs } from '../kube-api/pod-logs.ts';
import { NODE_NAME } from './controllers/pods-of.ts';

const NODES = '/api/v1/nodes';

/**
 * On a genuine API server: the Node, and the door of its kubelet that the server asks for the logs of Pods
 * (`/containerLogs/NAMESPACE/POD/CONTAINER`). The embedded one answers from `PodLogs` itself.
 */
export async function openNode(api: TestCluster, logs: PodLogs): Promise<{ close: () => Promise<void> }> {
  const authority = await createAuthority('kubelet-ca');
  const { cert, key } = await authority.serverPair(NODE_NAME, ['127.0.0.1']);
  const server = createServer({ cert, key }, (request, response) => answer(logs, request.url ?? '/', response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await register(api, port);
  return {
    async close() {
      await api.request('DELETE', `${NODES}/${NODE_NAME}`);
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

async function register(api: TestCluster, port: number): Promise<void> {
  const labels = { 'kubernetes.io/hostname': NODE_NAME };
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: NODE_NAME, labels } };
  const status = {
    addresses: [{ type: 'InternalIP', address: '127.0.0.1' }],
    daemonEndpoints: { kubeletEndpoint: { Port: port } },
    conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'the test kubelet is ready' }],
  };
  for (const [method, path, body, expected] of [
    ['POST', NODES, node, 201],
    ['PATCH', `${NODES}/${NODE_NAME}/status`, { status }, 200],
  ] as const) {
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const answered = await api.request(method, path, { body, contentType });
    if (answered.status !== expected) throw new Error(`${method} ${path}: ${answered.status} ${answered.text}`);
  }
}

function answer(logs: PodLogs, target: string, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(target, 'https://kubelet');
  const [, pod = '', container = ''] = /^\/containerLogs\/[^/]+\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
  if (!pod || !logs.has(pod)) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`no log of ${pathname}\n`);
    return;
  }
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: pod },
    spec: { containers: [{ name: container }] },
  };
  try {
    logs.answer(object, searchParams, response);
  } catch (error) {
    response.writeHead(400, { 'content-type': 'text/plain' }).end(`${(error as Error).message}\n`);
  }
}

import type { ServerResponse } from 'node:http';
import { request as forward } from 'node:http';
import { asArray, at } from './json.ts';
import type { KubeObject } from './object.ts';
import type { ApiRequest } from './request.ts';
import { ApiError, badRequest } from './status.ts';

/** A Pod, and the port of it that a proxied request names: `name`, `name:port`, `scheme:name:port`. */
export function podAndPort(name: string): { readonly pod: string; readonly port: number | undefined } {
  const parts = name.split(':');
  const [pod = '', port] = parts.length === 3 ? parts.slice(1) : parts;
  return { pod, port: port ? Number(port) : undefined };
}

/** Where the ports of Pods are, which whoever runs them says: `pods/proxy` leads there. */
export class PodPorts {
  readonly #places = new Map<string, ReadonlyMap<number, number>>();

  /** A Pod listens: each of its ports is one of loopback. */
  open(namespace: string, pod: string, ports: ReadonlyMap<number, number>): void {
    this.#places.set(`${namespace}/${pod}`, ports);
  }

  /** It ended; another one of its name may listen already. */
  close(namespace: string, pod: string, ports: ReadonlyMap<number, number>): void {
    const key = `${namespace}/${pod}`;
    if (this.#places.get(key) === ports) this.#places.delete(key);
  }

  /** Sends a request on to a Pod, and its answer back. A Pod without an address is refused as by a genuine server. */
  answer(pod: KubeObject, { method, query, headers, target }: ApiRequest, response: ServerResponse): void {
    const { name, namespace = '' } = pod.metadata;
    const ports = this.#places.get(`${namespace}/${name}`);
    if (ports === undefined) throw badRequest('address not allowed');
    const asked = podAndPort(target?.name ?? '').port ?? firstPort(pod);
    const port = ports.get(asked) ?? asked;
    const search = query.size > 0 ? `?${query}` : '';
    const options = { host: '127.0.0.1', port, method, path: `/${target?.rest ?? ''}${search}`, agent: false } as const;
    const outgoing = forward({ ...options, headers: { accept: headers.accept ?? '*/*' } }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      const why = `error trying to reach service: dial tcp 127.0.0.1:${asked}: connect: ${error.code}`;
      const { code, status } = new ApiError(503, 'ServiceUnavailable', why);
      if (response.headersSent) response.destroy();
      else response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(status));
    });
    outgoing.end();
  }
}

function firstPort(pod: KubeObject): number {
  const [container] = asArray(at(pod, 'spec', 'containers'));
  const [port] = asArray(at(container, 'ports'));
  return Number(at(port, 'containerPort') ?? 80);
}

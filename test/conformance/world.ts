import assert from 'node:assert/strict';
import type { ApiAnswer, ApiRequestOptions } from '../cluster/api-request.ts';
import type { TestCluster } from '../cluster/start-test-cluster.ts';

export const MERGE = 'application/merge-patch+json';
export const JSON_PATCH = 'application/json-patch+json';
export const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';
/** What kubectl get asks for. */
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

export const CONNECTIONS = '/apis/compass.kyma-project.io/v1alpha1/compassconnections';
export const APPLICATIONS = '/apis/applicationconnector.kyma-project.io/v1alpha1/applications';
export const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** An API server with the field's CRDs, and a namespace of the case's own. */
export interface World extends TestCluster {
  readonly namespace: string;
  /** A path in the namespace: `at('configmaps', 'a')`, `at('leases', 'a', 'coordination.k8s.io/v1')`. */
  at(plural: string, name?: string, apiVersion?: string): string;
  get(path: string, options?: ApiRequestOptions): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  put(path: string, body: unknown): Promise<ApiAnswer>;
  patch(path: string, contentType: string, body: unknown): Promise<ApiAnswer>;
  delete(path: string, body?: unknown): Promise<ApiAnswer>;
  /** kubectl in the namespace; fails unless it exits with 0. */
  ok(...args: readonly string[]): Promise<string>;
}

/** One behaviour of the API server that this project leans on. */
export interface Case {
  readonly name: string;
  /** `controllers`: somebody must collect garbage and end namespaces. */
  readonly needs?: 'controllers';
  readonly run: (world: World) => Promise<void>;
}

/** The world of one case. */
export async function createWorld(api: TestCluster, namespace: string): Promise<World> {
  const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
  expectCode(await api.request('POST', '/api/v1/namespaces', { body }), 201);
  return {
    ...api,
    namespace,
    at(plural, name, apiVersion = 'v1') {
      const base = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
      return `${base}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`;
    },
    get: (path, options) => api.request('GET', path, options),
    post: (path, sent) => api.request('POST', path, { body: sent }),
    put: (path, sent) => api.request('PUT', path, { body: sent }),
    patch: (path, contentType, sent) => api.request('PATCH', path, { body: sent, contentType }),
    delete: (path, sent) => api.request('DELETE', path, { body: sent }),
    async ok(...args) {
      const { code, stdout, stderr } = await api.kubectl(['-n', namespace, ...args]);
      assert.equal(code, 0, `kubectl ${args.join(' ')}: ${stderr}`);
      return stdout;
    },
  };
}

/** The answer has this code; otherwise it is shown. Gives its body. */
export function expectCode(answer: ApiAnswer, code: number): ApiAnswer['json'] {
  assert.equal(answer.status, code, `${answer.status} ${answer.text.slice(0, 1_000)}`);
  return answer.json;
}

/** The answer is a Status that refuses, with code, reason and a message that matches. Gives the Status. */
export function expectRefusal(answer: ApiAnswer, code: number, reason: string, message: RegExp): ApiAnswer['json'] {
  const status = expectCode(answer, code);
  assert.equal(status.kind, 'Status');
  assert.equal(status.status, 'Failure');
  assert.equal(status.code, code);
  assert.equal(status.reason, reason, answer.text);
  assert.match(status.message, message);
  return status;
}

export function configMap(name: string, data: Record<string, string> = {}, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}

export function secret(name: string, data: Record<string, string> = {}, more: object = {}) {
  const encoded = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data: Object.fromEntries(encoded), ...more };
}

export function connection(name: string, more: object = {}) {
  return {
    apiVersion: 'compass.kyma-project.io/v1alpha1',
    kind: 'CompassConnection',
    metadata: { name },
    spec: { managementInfo: { connectorUrl: 'https://c.example', directorUrl: 'https://d.example' } },
    ...more,
  };
}

export function application(name: string, spec: object = {}, metadata: object = {}) {
  return {
    apiVersion: 'applicationconnector.kyma-project.io/v1alpha1',
    kind: 'Application',
    metadata: { name, ...metadata },
    spec,
  };
}

/** Field managers of an object with what they do: `compass-sidecar Apply`. */
export function managersOf(object: ApiAnswer['json']): string[] {
  const entries: { manager: string; operation: string; subresource?: string }[] = object.metadata.managedFields ?? [];
  return entries.map(({ manager, operation }) => `${manager} ${operation}`).sort();
}

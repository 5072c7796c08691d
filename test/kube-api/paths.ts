import { discover } from './discovery.ts';
import { openApi } from './openapi.ts';
import type { Registry } from './registry.ts';

/** What a path beside the resources answers. */
export type PathAnswer = { code: number; type: string; body: string | Buffer };

const version = {
  major: '1',
  minor: '20',
  gitVersion: 'v1.20.2',
  gitCommit: '',
  gitTreeState: 'embedded',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'embedded/node',
};

/** Answers health, version, discovery and OpenAPI; 404 with the list of paths for the rest. */
export function answerPath(registry: Registry, path: string, accept: string | undefined, address: string): PathAnswer {
  if (/^\/(healthz|livez|readyz)(\/ping)?$/.test(path))
    return { code: 200, type: 'text/plain; charset=utf-8', body: 'ok' };
  if (path === '/version' || path === '/version/') return json(version);
  if (path === '/openapi/v2') return openApi(registry, accept);
  const found = discover(registry, path, address);
  if (found !== undefined) return json(found);
  if (path.startsWith('/apis/') || path.startsWith('/api/')) {
    return { code: 404, type: 'text/plain; charset=utf-8', body: '404 page not found\n' };
  }
  return {
    ...json({ paths: ['/api', '/api/v1', '/apis', '/healthz', '/livez', '/openapi/v2', '/readyz', '/version'] }),
    code: 404,
  };
}

function json(value: object): PathAnswer {
  return { code: 200, type: 'application/json', body: JSON.stringify(value) };
}

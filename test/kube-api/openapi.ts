import type { PathAnswer } from './paths.ts';
import type { Registry } from './registry.ts';

/** /openapi/v2, as JSON or as the protobuf that kubectl asks for: no definitions, so that it validates nothing itself. */
export function openApi(_registry: Registry, accept: string | undefined): PathAnswer {
  if (accept?.includes('proto-openapi')) {
    return { code: 200, type: 'application/octet-stream', body: Buffer.from('0a03322e30', 'hex') };
  }
  const body = { swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.20.2' }, paths: {}, definitions: {} };
  return { code: 200, type: 'application/json', body: JSON.stringify(body) };
}

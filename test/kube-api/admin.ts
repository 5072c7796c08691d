import type { Cluster } from './cluster.ts';
import type { Fault, Faults } from './faults.ts';
import type { JsonObject } from './json.ts';
import type { Recorder } from './recorder.ts';
import type { ApiRequest } from './request.ts';
import { badRequest } from './status.ts';

const prefix = '/embedded/';

/**
 * The endpoint for a person with curl: GET/POST/DELETE /embedded/faults, GET/DELETE /embedded/requests,
 * POST /embedded/cut (every connection), POST /embedded/compact (history). Undefined for other paths.
 */
export function answerAdmin(
  request: ApiRequest,
  parts: { faults: Faults; recorder: Recorder; cluster: Cluster },
  server: { cutConnections(): void },
): JsonObject | undefined {
  if (!request.path.startsWith(prefix)) return;
  const { faults, recorder, cluster } = parts;
  switch (`${request.method} ${request.path.slice(prefix.length)}`) {
    case 'GET faults':
      return { faults: faults.list() } as JsonObject;
    case 'POST faults':
      faults.add(readFault(request.body));
      return { faults: faults.list() } as JsonObject;
    case 'DELETE faults':
      faults.clear();
      return { faults: [] };
    case 'GET requests':
      return { requests: recorder.list() };
    case 'DELETE requests':
      recorder.clear();
      return { requests: [] };
    case 'POST compact':
      cluster.storage.compact();
      return { revision: cluster.storage.revision };
    case 'POST cut':
      setImmediate(() => server.cutConnections());
      return { cut: true };
    default:
      throw badRequest(`the embedded server has no ${request.method} ${request.path}`);
  }
}

function readFault(body: Buffer): Fault {
  const fault = JSON.parse(body.toString() || '{}') as Fault;
  if (typeof fault.effect?.kind !== 'string') throw badRequest('a fault needs an effect with a kind');
  return fault;
}

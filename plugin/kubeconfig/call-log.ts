import type { ClusterOptions } from '#common/cluster/connect.ts';
import type { Sink } from '../command.ts';
import type { ParsedFlags } from '../flags.ts';
import { verbosity } from './flags.ts';

/** From here on kubectl logs its requests. */
const REQUESTS = 6;

/**
 * What -v asks for: each request to the API server as a line on stderr, with method, URL, status and duration. Headers and
 * bodies are never shown, however high the level: they hold tokens and Secrets.
 */
export function callLog(flags: ParsedFlags, stderr: Pick<Sink, 'write'>): Pick<ClusterOptions, 'observe'> {
  if (verbosity(flags) < REQUESTS) return {};
  return {
    observe: ({ method, url, status, durationMs }) => {
      stderr.write(`${method} ${url} ${status ?? 'no answer'} in ${Math.round(durationMs)} ms\n`);
    },
  };
}

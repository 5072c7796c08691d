import type { Simulator } from '../simulator.ts';

/** A request of the admin API: what `:name` stood for in the path, and the JSON body (`{}` where there is none). */
interface AdminRequest {
  parameter: string;
  body: Record<string, unknown>;
}

/** A route of the admin API. `path` has at most one `:name`; `does` is its line in the help. */
export interface AdminRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  does: string;
  /** Returns what is sent: a string as plain text, anything else as JSON. */
  answer(simulator: Simulator, request: AdminRequest): unknown;
}

/** A request that the admin API cannot do; the message says why. */
export class AdminError extends Error {
  readonly status: 400 | 404;

  constructor(status: 400 | 404, message: string) {
    super(message);
    this.status = status;
  }
}

/** The value, or 404 where there is none. */
export function found<T>(value: T | undefined | false, what: string): T {
  if (value === undefined || value === false) throw new AdminError(404, `there is no ${what}`);
  return value;
}

/** What the path leads to, with the value of its parameter. */
export function matchPath(pattern: string, pathname: string): string | undefined {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return undefined;
  let parameter = '';
  for (const [index, segment] of wanted.entries()) {
    if (segment.startsWith(':')) parameter = decodeURIComponent(given[index] ?? '');
    else if (segment !== given[index]) return undefined;
  }
  return parameter;
}

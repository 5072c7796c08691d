/** An HTTP answer, before it is sent. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Cut the connection after this many bytes of the body. */
  cutAfterBytes?: number;
}

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

export function emptyAnswer(status: number): Answer {
  return { status, headers: {}, body: '' };
}

export function htmlAnswer(status: number, headers: Record<string, string> = {}): Answer {
  const body = `<!DOCTYPE html><html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>`;
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', ...headers }, body };
}

/** What Envoy says when the local rate limit is reached; there is no Retry-After. */
export function rateLimitedAnswer(): Answer {
  const headers = { 'content-type': 'text/plain', 'x-local-rate-limit': 'true' };
  return { status: 429, headers, body: 'local_rate_limited' };
}

/** The body that the gateway gives with each status of its own. */
export function gatewayAnswer(status: number): Answer {
  if (status === 429) return rateLimitedAnswer();
  if (status === 503) return jsonAnswer(503, { Message: 'operation has timed out' });
  return jsonAnswer(status, { error: { code: status, message: 'the gateway refused the request' } });
}

/** A GraphQL error at HTTP 200; `extensions` are left out where the service has none. */
export function graphqlErrorAnswer(message: string, extensions?: { error_code: number; error: string }): Answer {
  const error = extensions === undefined ? { message } : { message, extensions };
  return jsonAnswer(200, { errors: [error], data: null });
}

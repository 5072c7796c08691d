import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Compass, Target } from '../compass.ts';
import { CUT } from '../faults/strike.ts';
import { type Answer, emptyAnswer, jsonAnswer } from './answer.ts';
import { type Exchange, openExchange } from './exchange.ts';
import { forward, type Service } from './forward.ts';

/** Where a path of a listener leads. */
export interface Route {
  target: Target;
  service: Service;
}

const LARGEST_BODY = 1024 * 1024;

async function readBody(incoming: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > LARGEST_BODY) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

function errorMessages(body: string): string[] {
  try {
    const { errors } = JSON.parse(body);
    return Array.isArray(errors) ? errors.map(({ message }) => String(message)) : [];
  } catch {
    return [];
  }
}

function close(compass: Compass, { logged, request }: Exchange, answer: Answer | typeof CUT): void {
  if (answer === CUT) logged.outcome = 'cut';
  else {
    logged.status = answer.status;
    logged.errors = errorMessages(answer.body);
    const isSuccess = logged.errors.length === 0 ? 'ok' : 'errors';
    logged.outcome = answer.status === 200 ? isSuccess : 'refused';
  }
  compass.requests.end(logged, { variables: request?.variables ?? {}, body: answer === CUT ? '' : answer.body });
}

function send(compass: Compass, response: ServerResponse, answer: Answer): void {
  const { dateSkewSeconds } = compass.switches;
  if (dateSkewSeconds !== 0) response.setHeader('date', new Date(Date.now() + dateSkewSeconds * 1000).toUTCString());
  const body = Buffer.from(answer.body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  if (answer.cutAfterBytes === undefined) response.end(body);
  else response.write(body.subarray(0, answer.cutAfterBytes), () => response.destroy());
}

/** Answers one request of a listener whose paths lead to `routes`. */
export async function serve(
  compass: Compass,
  routes: ReadonlyMap<string, Route>,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = routes.get(new URL(incoming.url ?? '/', 'https://localhost').pathname);
  if (route === undefined) return send(compass, response, emptyAnswer(404));
  const body = await readBody(incoming);
  if (body === undefined) return send(compass, response, emptyAnswer(413));
  const exchange = openExchange(compass, route.target, incoming, body);
  const isGraphql = incoming.method === 'POST' && incoming.headers['content-type']?.startsWith('application/json');
  const unsupported = jsonAnswer(400, { errors: [{ message: 'transport not supported' }], data: null });
  const answer = await forward(exchange, isGraphql ? route.service : { ...route.service, refuse: () => unsupported });
  close(compass, exchange, answer);
  if (answer === CUT) incoming.socket.destroy();
  else send(compass, response, answer);
}

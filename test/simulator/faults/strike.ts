import { systemClock } from '#common/clock.ts';
import type { Compass } from '../compass.ts';
import { errorName } from '../director/errors.ts';
import { type Answer, gatewayAnswer, graphqlErrorAnswer, htmlAnswer, jsonAnswer } from '../gateway/answer.ts';
import type { Json } from '../model.ts';
import type { LoggedRequest } from '../request-log.ts';
import { editJson } from './edit-json.ts';
import type { Fault, Stage } from './fault.ts';

/** The connection is to be destroyed without an answer. */
export const CUT = 'cut';

function replacement({ status, body, headers, html, error }: Fault): Answer | undefined {
  if (html === true) return htmlAnswer(status ?? 200, headers);
  if (error !== undefined) {
    const { message, code, name } = error;
    return graphqlErrorAnswer(
      message,
      code === undefined ? undefined : { error_code: code, error: name ?? errorName(code) },
    );
  }
  if (typeof body === 'string') return { status: status ?? 200, headers: headers ?? {}, body };
  if (body !== undefined) return jsonAnswer(status ?? 200, body, headers);
  if (status === undefined) return undefined;
  const own = gatewayAnswer(status);
  return { ...own, headers: { ...own.headers, ...headers } };
}

function editBody(text: string, { set, remove, padBytes }: Fault): string {
  const document = JSON.parse(text) as Json;
  for (const [pointer, value] of Object.entries(set ?? {})) editJson(document, pointer, value);
  for (const pointer of remove ?? []) editJson(document, pointer, undefined);
  if (padBytes !== undefined) editJson(document, '/extensions', { padding: 'x'.repeat(padBytes) });
  return JSON.stringify(document);
}

function edited(answer: Answer, fault: Fault): Answer {
  const { set, remove, padBytes, cutAfterBytes, headers } = fault;
  const changesBody = set !== undefined || remove !== undefined || padBytes !== undefined;
  const body = changesBody ? editBody(answer.body, fault) : answer.body;
  const result: Answer = { ...answer, headers: { ...answer.headers, ...headers }, body };
  if (cutAfterBytes !== undefined) result.cutAfterBytes = cutAfterBytes;
  return result;
}

/** Lets the faults of this moment strike, one after the other. Returns the answer as they leave it, if there is one by now. */
export async function strike(
  compass: Compass,
  stage: Stage,
  request: LoggedRequest,
  answer?: Answer,
): Promise<Answer | typeof CUT | undefined> {
  let current = answer;
  for (const fault of compass.faults.strike(stage, request)) {
    request.faults.push(fault.id);
    await systemClock.sleep(fault.delayMs ?? 0, compass.closing);
    await fault.run?.();
    if (fault.cut === true || compass.closing.aborted) return CUT;
    current = replacement(fault) ?? current;
    if (current !== undefined) current = edited(current, fault);
  }
  return current;
}

import type { Answer } from './dispatch.ts';
import type { JsonObject } from './json.ts';
import type { ApiRequest } from './request.ts';
import { formOf, partialListOf, partialOf, tableOf } from './table.ts';
import { listObject } from './verbs/list.ts';

/** The body of an answer in the form that the Accept header asks for. */
export function encode(answer: Answer, request: ApiRequest, now: Date): JsonObject {
  if ('plain' in answer) return answer.plain;
  const form = formOf(request.headers.accept);
  const { resource } = answer;
  const include = request.query.get('includeObject');
  if ('page' in answer) {
    const { items, metadata } = answer.page;
    if (form === 'table') return tableOf(resource, items, metadata, include, now);
    return form === 'partial' ? partialListOf(items, metadata) : listObject(resource, answer.page);
  }
  const { object } = answer;
  const { resourceVersion = '' } = object.metadata;
  if (form === 'table') return tableOf(resource, [object], { resourceVersion }, include, now);
  return form === 'partial' ? partialOf(object) : object;
}

import { CompassError } from '#common/errors.ts';

/** A document by kubectl's jsonpath dialect. Throws Usage for a template that is none. */
export function formatJsonPath(template: string, _document: object): string {
  throw new CompassError('Usage', `-o jsonpath=${template} is not offered yet`);
}

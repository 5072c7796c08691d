import { CompassError } from '#common/errors.ts';

/** A list as the columns that a template names. Throws Usage for a template that is none. */
export function formatCustomColumns(template: string, _document: object): string {
  throw new CompassError('Usage', `-o custom-columns=${template} is not offered yet`);
}

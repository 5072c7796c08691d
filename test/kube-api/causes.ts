import { canonical, type Json } from './json.ts';
import type { Cause } from './status.ts';

/** Go's %q for the values that error messages quote. */
function shown(value: Json): string {
  return typeof value === 'string' ? JSON.stringify(value) : canonical(value);
}

export function required(field: string, detail = ''): Cause {
  return { reason: 'FieldValueRequired', message: detail ? `Required value: ${detail}` : 'Required value', field };
}

export function invalidValue(field: string, value: Json, detail: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${shown(value)}: ${detail}`, field };
}

/** An invalid value whose text is already as the message shows it, such as `0x0`. */
export function invalidText(field: string, text: string, detail: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${text}: ${detail}`, field };
}

export function forbiddenField(field: string, detail: string): Cause {
  return { reason: 'FieldValueForbidden', message: `Forbidden: ${detail}`, field };
}

/** A duplicate; `text` is the value as the message shows it. */
export function duplicate(field: string, text: string): Cause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${text}`, field };
}

export function unsupported(field: string, value: Json, supported: Json[]): Cause {
  const list = supported.map(shown).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${shown(value)}: supported values: ${list}`,
    field,
  };
}

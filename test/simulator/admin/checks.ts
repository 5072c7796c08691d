import { AdminError } from './route.ts';

type Body = Record<string, unknown>;

/** Refuses fields that nobody would read, so that a typing error does not pass for a setting. */
export function refuseUnknown(body: Body, known: readonly string[], what: string): void {
  const unknown = Object.keys(body).filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new AdminError(400, `${what} has no ${unknown.join(', ')}; it has: ${known.join(', ')}`);
}

/** A whole number from `least` on, or `otherwise` where the field is absent. */
export function wholeNumber(body: Body, name: string, least: number, otherwise: number): number {
  const value = body[name] ?? otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= least) return value;
  throw new AdminError(400, `${name} must be a whole number from ${least} on`);
}

/** A text, or undefined where the field is absent. */
export function optionalText(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || typeof value === 'string') return value;
  throw new AdminError(400, `${name} must be a string`);
}

/** Refuses a body whose list of named things has one without a name. */
export function requireNames(items: unknown, what: string): void {
  if (items === undefined) return;
  if (!Array.isArray(items)) throw new AdminError(400, `${what} must be a list`);
  const isNamed = (item: unknown): boolean => typeof (item as { name?: unknown } | null)?.name === 'string';
  if (!items.every(isNamed)) throw new AdminError(400, `each of ${what} needs a name`);
}

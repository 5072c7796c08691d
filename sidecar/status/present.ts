/** The object without the fields that are undefined, which JSON would drop anyway. */
export function present<T>(fields: { readonly [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

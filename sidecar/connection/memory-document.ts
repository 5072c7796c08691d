import type { SecretDocument } from './secret-document.ts';

/** A document that nobody else sees, and that ends with the process. */
export function memoryDocument<T>(): SecretDocument<T> {
  const resourceVersion = '';
  let value: T | undefined;
  return {
    read: () => Promise.resolve(value === undefined ? undefined : { value, resourceVersion }),
    write: (next) => {
      value = next;
      return Promise.resolve({ value: next, resourceVersion });
    },
    remove: () => {
      value = undefined;
      return Promise.resolve();
    },
    tryWrite: () => Promise.resolve(),
  };
}

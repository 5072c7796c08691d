import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is left on the heap of this process when all that nobody needs is gone. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}

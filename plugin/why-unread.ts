import { getSystemErrorMessage } from 'node:util';
import { messageOf } from '#common/errors.ts';

/** Why a file could not be read, in the system's words, without the name of the file, which Node's message repeats. */
export function whyUnread(error: unknown): string {
  const { errno } = error as NodeJS.ErrnoException;
  return errno === undefined ? messageOf(error) : getSystemErrorMessage(errno);
}

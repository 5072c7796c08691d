import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';

/**
 * Whether a command is about a credential in files, and not about the cluster's. Throws Usage for half of it, and where a
 * connection is named beside it.
 */
export function isAboutFiles({ flags, names: [name] }: Pick<Invocation, 'flags' | 'names'>): boolean {
  const given = ['cert', 'key'].filter((flag) => flags.text(flag) !== undefined);
  if (given.length === 1) throw new CompassError('Usage', 'a credential in files is --cert FILE and --key FILE');
  if (given.length === 0) return false;
  if (name === undefined) return true;
  throw new CompassError('Usage', `a connection (${name}) and --cert: it is the certificate of one or the other`);
}

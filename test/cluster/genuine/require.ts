import { messageOf } from '#common/errors.ts';
import { findBinaries } from './binaries.ts';

/** Says in one line what `npm run test:kube` lacks, before a hundred tests do. */
try {
  findBinaries();
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exitCode = 1;
}

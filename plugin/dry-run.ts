import { CompassError } from '#common/errors.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import { quoted } from './quoted.ts';

/** kubectl's three: `client` sends nothing that writes, `server` lets the API server check it and stores nothing. */
export type DryRun = 'none' | 'client' | 'server';

const CHOICES: readonly DryRun[] = ['none', 'client', 'server'];

export const DRY_RUN_FLAG: Flag = {
  name: 'dry-run',
  kind: 'text',
  value: 'none|client|server',
  bare: 'client',
  summary: 'show what would be done: client writes nothing, server lets the API server check it',
};

/** Of a command that changes nothing in a cluster: both of kubectl's are the same here. */
export const LOCAL_DRY_RUN_FLAG: Flag = {
  ...DRY_RUN_FLAG,
  summary: 'show what would be done; client and server are the same here, and write nothing',
};

/** Throws Usage for another value. */
export function readDryRun(flags: ParsedFlags): DryRun {
  // An empty text is no `none`: who left the value out did not mean it in earnest.
  const text = flags.texts('dry-run').at(-1) ?? 'none';
  const choice = CHOICES.find((candidate) => candidate === text);
  if (choice) return choice;
  throw new CompassError('Usage', `--dry-run is ${quoted(text)}, and must be one of ${CHOICES.join(', ')}`);
}

/** What stands behind a result line, as in kubectl: `compassconnection/x patched (server dry run)`. */
export function dryRunNote(dryRun: DryRun): string {
  if (dryRun === 'none') return '';
  return dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
}

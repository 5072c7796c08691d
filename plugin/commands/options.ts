import type { Command } from '../command.ts';
import { formatOptions } from '../options.ts';
import { GLOBAL_FLAGS } from '../parse.ts';

/** `kubectl compass options`: what every command takes, kubectl's own flags among them, as `kubectl options` prints it. */
export const options: Command = {
  details: `kubectl takes no flags before the name of a plugin, so all of its own are read here, and mean what they
mean there. Write them after the command.`,
  exits: { 0: 'printed' },
  flags: [],
  formats: [],
  documentKind: 'Failure',
  examples: [
    { command: 'kubectl compass options', does: 'Every flag that works with every command' },
    { command: 'kubectl compass options | grep -A1 -e --as', does: 'Those that impersonate' },
  ],
  run: ({ stdout }) => {
    stdout.write(formatOptions(GLOBAL_FLAGS));
    return Promise.resolve(0);
  },
};

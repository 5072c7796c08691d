import { CompassError } from '#common/errors.ts';
import type { Command, Invocation } from '../command.ts';
import { SCRIPTS, SHELLS } from '../completion/scripts.ts';
import { nearest } from '../nearest.ts';

/** `kubectl compass completion bash`: prints what a shell has to load. */
export const completion: Command = {
  details: `For \`kubectl compass\` the shell needs nothing new: kubectl's own completion asks a program called
kubectl_complete-compass, which \`completion install\` puts in its place and \`completion kubectl\` prints. The scripts for
the shells are for those who call kubectl-compass by its own name.`,
  exits: { 0: 'printed' },
  flags: [],
  formats: [],
  documentKind: 'Failure',
  examples: [
    { command: 'kubectl compass completion bash', does: 'For bash: put `source <(…)` of it into ~/.bashrc' },
    { command: 'kubectl compass completion kubectl', does: 'What kubectl runs to complete `kubectl compass`' },
  ],
  run: ({ names, stdout }: Invocation) => {
    const [given = ''] = names;
    const shell = SHELLS.find((candidate) => candidate === given);
    if (!shell) throw unknownShell(given);
    stdout.write(SCRIPTS[shell]);
    return Promise.resolve(0);
  },
};

function unknownShell(given: string): CompassError {
  const meant = nearest(given, SHELLS);
  const suggestion = meant === undefined ? '' : `; did you mean "${meant}"?`;
  return new CompassError('Usage', `there is no completion for "${given}", only for ${SHELLS.join(', ')}${suggestion}`);
}

import type { Command } from '../command.ts';
import { MIGRATION_DOCUMENT_KIND } from '../migrate/document.ts';
import { MIGRATE_FLAGS } from '../migrate/options.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass migrate from-agent`: the connection from the reference agent to the sidecar, and back. */
export const migrateFromAgent: Command = {
  details: `Moves the connection of the reference agent (the Deployment compass-runtime-agent) to the sidecar, without a token: the
agent's Secrets and its CompassConnection stay where they are and are taken over. Without a flag it shows the plan: the
settings that are carried over and those that cannot be, what may scale the agent up again, and whatever is in the way.

--apply installs the sidecar without letting it run, scales the agent to 0 and waits until its Pods are gone, starts the
sidecar, waits until it has read the Director once, and compares the Applications by name and UID. If a step fails, the agent is brought
back. What the agent had is an annotation of its Deployment, so that a run that was cut off can be gone on with, from any
machine. --rollback goes back by that, also without a token; it says what the sidecar holds and the agent would not, and that the
sidecar's history goes with its report. It refuses where the definition of CompassConnection has a status subresource, which the
agent cannot write.`,
  exits: {
    0: 'the plan has nothing in its way; migrated; or gone back',
    1: 'something is in the way of the plan; or a step failed, and the agent runs again',
    3: undefined,
    4: undefined,
    7: 'something is in the way, or not confirmed; or a step failed and the agent could not be brought back',
    124: 'the way back took too long: call it again',
    130: undefined,
    143: undefined,
  },
  flags: MIGRATE_FLAGS,
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: MIGRATION_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass migrate from-agent', does: 'What would be done, and what is in the way' },
    { command: 'kubectl compass migrate from-agent --apply', does: 'Do it, or go on with one that was cut off' },
    { command: 'kubectl compass migrate from-agent --rollback', does: 'Give the connection back to the agent' },
    {
      command: 'kubectl compass migrate from-agent --apply --yes --image registry.example.com/compass-sidecar:0.1.0',
      does: 'In a script, with an image of your own registry',
    },
  ],
  run: async (invocation) => (await import('../migrate/run.ts')).runMigration(invocation),
};

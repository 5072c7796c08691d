import type { Reason } from '#common/errors.ts';
import { CHECK, EDIT_CONFIGURATION, type ExplanationText, NEW_TOKEN, STATUS } from '../text.ts';

/** CMP04xx: what is stopped on purpose until a person has looked. */
export const GUARD_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  ConfirmationRequired: {
    meaning: 'The command destroys something, or replaces what is not ours, and nobody was there to agree.',
    causes: ['it runs in a script, where nobody can be asked'],
    byItself: 'Nothing was done.',
    commands: [STATUS],
  },
  DeletionsHeld: {
    meaning:
      'More Applications vanished from Compass than may be deleted at once (the larger of ten and a tenth, unless APP_DELETION_BUDGET says else). None of them was deleted: their Secrets and their traffic go on.',
    causes: [
      'the Runtime was taken out of its formation, or the formation was deleted',
      'Compass answers with an empty or short list: a fault there, or the wrong tenant',
      'a real clean-up in Compass',
    ],
    byItself:
      'If they come back, the hold ends. Else the plan goes after 15 minutes of listings that stay the same (APP_DELETION_HOLD, where "forever" waits for a person), unless somebody rejects it. Everything else is synchronized meanwhile.',
    commands: [
      {
        command: 'kubectl compass diff --summary',
        does: 'which ones would be deleted, and the commands that decide on them',
      },
      {
        command: 'kubectl compass approve deletions',
        does: 'if it is a real clean-up: shows the plan, and lets exactly this one go',
      },
      {
        command: 'kubectl compass reject',
        does: 'drops it: nothing of it goes until what Compass no longer lists is something else',
      },
      {
        command: "kubectl compass suspend --scope=deletes --for 4h --reason 'looking into it'",
        does: 'holds every deletion while you find out',
      },
      STATUS,
    ],
  },
  Suspended: {
    meaning:
      'Somebody has suspended synchronization, deletions or both; status says who, why and until when. Whoever asks for what is held is refused.',
    causes: ['maintenance, or an incident under investigation'],
    byItself:
      'The certificate is renewed all the same. It goes on by itself when the time is over, where one was given; what was to be deleted is confirmed anew then, and a held plan waits its whole time again.',
    commands: [
      STATUS,
      { command: 'kubectl compass diff --summary', does: 'what would change, unless all is suspended' },
      { command: 'kubectl compass resume', does: 'end it now' },
    ],
  },
  NothingHeld: {
    meaning: 'There is no plan of deletions that waits for anybody.',
    causes: ['what had vanished from Compass came back', 'the plan went by time, or somebody else decided on it'],
    byItself: 'Nothing was done.',
    commands: [{ command: 'kubectl compass history', does: 'what was deleted of late, and why' }, STATUS],
  },
  PlanChanged: {
    meaning:
      'What Compass no longer lists is something else than what was decided on, and so another plan. Nothing goes that nobody has seen.',
    causes: ['another Application vanished meanwhile, or one came back'],
    byItself: 'The new plan is held as the former was.',
    commands: [
      { command: 'kubectl compass diff --summary', does: 'what would be deleted now' },
      { command: 'kubectl compass approve deletions', does: 'let that go' },
      { command: 'kubectl compass reject', does: 'keep it' },
    ],
  },
  AlreadyConnected: {
    meaning:
      'This cluster is connected already, with a certificate that works. Nothing was changed, no token was used.',
    causes: ['connect was run twice', 'the wrong context'],
    byItself: 'Nothing: the connection goes on.',
    commands: [STATUS, { command: 'kubectl compass reconnect --help', does: 'how to pair anew with another token' }],
  },
  UnusedTokenMissing: {
    meaning:
      'To pair anew takes a token that was not used yet, and the configuration Secret holds none. Nothing was deleted.',
    causes: ['the token in the Secret is the one of the last pairing: each works once'],
    byItself: 'The present connection goes on as it is.',
    commands: NEW_TOKEN,
  },
  MigrationBlocked: {
    meaning:
      'The connection was not moved between the Compass Runtime Agent and the sidecar, because something is in the way that would leave it without a keeper, or take a new token; or a move that failed could not be taken back.',
    causes: [
      'a Secret of the agent is missing, or holds no pair of key and certificate that works',
      'the certificate has expired: only a new one-time token helps',
      'a sidecar that is there looks for its Secrets elsewhere',
      'going back: the definition of CompassConnection has a status subresource, which the agent cannot write',
      'going back: a Pod that is not of the Deployment of the sidecar keeps the connection as well',
    ],
    byItself:
      'Nothing: unless the message says that something could not be taken back, everything is as it was. What the agent had is written down on its Deployment.',
    commands: [
      {
        command: 'kubectl compass migrate from-agent',
        does: 'everything that is in the way, and who keeps the connection',
      },
      { command: 'kubectl compass migrate from-agent --rollback', does: 'give the connection back to the agent' },
      CHECK,
    ],
  },
  MigrationFailed: {
    meaning:
      'The sidecar took the place of the Compass Runtime Agent and did not prove itself in time, or an Application did not stay; so the agent was started again, as it was before.',
    causes: [
      "the sidecar's image cannot be had, so that its Pod does not start",
      'Compass cannot be reached from its Pod: a network policy or a proxy that the agent did not meet',
      'a CA of Compass that the agent had as a file is not trusted',
      'something scaled the agent up again meanwhile: Helm, GitOps, an operator',
    ],
    byItself:
      'The agent keeps the connection as before, with the same certificate. The sidecar stays installed, with 0 replicas.',
    commands: [
      { command: 'kubectl compass migrate from-agent', does: 'how it stands; --apply tries it again' },
      { command: 'kubectl -n compass-system describe deployment compass-sidecar', does: 'what became of its Pods' },
      CHECK,
    ],
  },
  ConfigurationBlocked: {
    meaning: 'The configuration Secret cannot be written as it is, and replacing it would lose what it holds.',
    causes: ['it is immutable', 'it is managed by another tool (GitOps, an operator)'],
    byItself: 'Nothing was changed, and no token was used.',
    commands: [
      { command: 'kubectl -n compass-system describe secret compass-agent-configuration', does: 'who manages it' },
      EDIT_CONFIGURATION,
    ],
  },
};

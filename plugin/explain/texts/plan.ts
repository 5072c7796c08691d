import { type ExplanationText, SYNC } from '../text.ts';

/** What a plan says of an entry beside the reasons: why it is not carried out yet. */
export const PLAN_TEXTS: Readonly<Record<string, ExplanationText>> = {
  Unconfirmed: {
    meaning: 'Compass does not list it any more, and it stays until another listing lacks it too.',
    causes: ['it was deleted in Compass, or taken from this Runtime, a moment ago', 'a listing lacked it by mistake'],
    byItself: 'It is deleted when a second complete and equal listing comes, at least a minute after the first.',
    commands: [
      { command: 'kubectl compass diff --summary', does: 'see whether it still is, and what else would change' },
      SYNC,
    ],
  },
};

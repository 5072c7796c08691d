import type { Reason } from '#common/errors.ts';
import { type ExplanationText, KEPT, LOGS, RETRIED, STATUS, SYNC } from '../text.ts';

const ONLY_THIS =
  'Only this Application waits; all others are synchronized. It heals at the next round once it is corrected.';

/** CMP03xx: single Applications, and what the Director lists. */
export const APPLICATION_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  InvalidName: {
    meaning: 'The name of an Application in Compass cannot be that of a Kubernetes object.',
    causes: [
      'upper case, blanks, umlauts or signs: names are a-z, 0-9, - and ., and begin and end with a letter or digit',
    ],
    byItself: ONLY_THIS,
    commands: [STATUS, SYNC],
  },
  NameConflict: {
    meaning: 'Two Applications in Compass have the same name, and Kubernetes can hold one. The one present keeps it.',
    causes: ['the same system was registered twice', 'a copy made for a test'],
    byItself: ONLY_THIS,
    commands: [STATUS, { command: 'kubectl get applications', does: 'which of the two is present' }],
  },
  ForeignObject: {
    meaning: 'An object with the name that is needed is there already, and is not ours. It is left alone.',
    causes: ['an Application or Secret made by hand', 'an object of another tool, or of an older agent'],
    byItself: ONLY_THIS,
    commands: [STATUS, { command: 'kubectl get applications --show-labels', does: 'whose it is' }],
  },
  InvalidApplication: {
    meaning: 'What the Director says of an Application cannot be written as an Application resource.',
    causes: [
      'a field that the API server refuses',
      'a URL or header that is no such thing, or the URL of an API that leads to the metadata of the node',
      'an item without id or name',
    ],
    byItself: ONLY_THIS,
    commands: [STATUS, LOGS],
  },
  UnknownCredential: {
    meaning: 'A bundle has credentials of a kind that Application resources cannot carry.',
    causes: ['certificate OAuth, which the gateway does not know', 'empty user name, password or client secret'],
    byItself: 'The last good Secret stays in place: no call is made without credentials. The rest is synchronized.',
    commands: [STATUS],
  },
  ObjectTooLarge: {
    meaning: 'The Application or one of its Secrets is larger than Kubernetes stores (about 1.5 MB, a Secret 1 MB).',
    causes: ['thousands of APIs in one Application', 'very long descriptions, schemas or headers'],
    byItself: ONLY_THIS,
    commands: [STATUS],
  },
  ApplicationFailed: {
    meaning: 'Some Applications could not be applied, for more than one reason; status names each.',
    causes: ['what the single Applications say', 'the API server refused some writes'],
    byItself: `The others are in sync. ${RETRIED}`,
    commands: [STATUS, SYNC],
  },
  ListingIncomplete: {
    meaning: 'The list of Applications is not proven to be whole, so nothing is deleted on its word.',
    causes: [
      'Applications came and went while it was paged through',
      'a page failed, or the counts of the pages differ',
      'Compass gave an Application without its id',
    ],
    byItself: `It is listed again at the next round. What was seen is created and updated. ${KEPT}`,
    commands: [STATUS, SYNC],
  },
  LabelsFailed: {
    meaning: 'The URLs of this cluster could not be written to its Runtime in Compass. Applications are in sync.',
    causes: ['the certificate lacks the scope runtime:write', 'the Director failed at that moment'],
    byItself: RETRIED,
    commands: [LOGS],
  },
  OutOfSync: {
    meaning: 'The cluster is not as Compass has it: a synchronization would change something.',
    causes: ['a change in Compass since the last round', 'somebody edited or deleted an Application by hand'],
    byItself: 'The next round applies it, within a few minutes.',
    commands: [{ command: 'kubectl compass diff', does: 'what would change' }, SYNC],
  },
};

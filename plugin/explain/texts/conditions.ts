import { CHECK, type ExplanationText, LOGS, NEW_TOKEN, STATUS, SYNC } from '../text.ts';

/** The conditions that only a condition is named by; the others have the name of a reason or a state. */
export const CONDITION_TEXTS: Readonly<Record<string, ExplanationText>> = {
  Ready: {
    meaning:
      'Whether all is well: True where the cluster is connected and synchronized. It has the reason of what is not.',
    causes: ['False: what Connected or Synchronized say'],
    byItself: 'It follows the other two.',
    commands: [
      STATUS,
      {
        command: 'kubectl wait --for=condition=Ready compassconnection/compass-connection --timeout=5m',
        does: 'wait for it in a script, where the definition keeps conditions',
      },
    ],
  },
  LabelsReported: {
    meaning: 'Whether Compass knows the URLs of this cluster. False does no harm to Applications.',
    causes: ['False: the scope runtime:write is missing, or the Director failed'],
    byItself: 'It is tried again with growing waits.',
    commands: [LOGS],
  },
  ReconnectPending: {
    meaning: 'A new pairing was asked for and has not come about yet. The present connection serves meanwhile.',
    causes: ['there is no token that was not used yet', 'Compass refuses the new token, or cannot be reached'],
    byItself: 'The old certificate stays until the new one is proven.',
    commands: [STATUS, ...NEW_TOKEN],
  },
  TLSVerificationDisabled: {
    meaning: 'The sidecar does not check who answers as Compass (APP_SKIP_COMPASS_TLS_VERIFY).',
    causes: ['it was set for a test'],
    byItself: 'Nothing.',
    commands: [
      {
        command: 'kubectl -n compass-system set env deployment/compass-sidecar APP_SKIP_COMPASS_TLS_VERIFY-',
        does: 'check again; give a private CA in APP_COMPASS_CA_BUNDLE',
      },
    ],
  },
  DefinitionMissing: {
    meaning: 'A definition (CRD) that the sidecar works with is not in the cluster.',
    causes: ['Kyma was removed, or never installed', 'somebody deleted the definition'],
    byItself: 'The certificate is kept fresh without it; the rest goes on when it is there.',
    commands: [{ command: 'kubectl compass install', does: 'add it' }, CHECK],
  },
  ConnectionForbidden: {
    meaning:
      'The sidecar may not read its CompassConnection, so that nothing can be asked of it, and the status is in the report alone.',
    causes: ['the rights of its service account were changed', 'it was given another name than the rights have'],
    byItself:
      'The certificate is kept fresh and Applications are synchronized without it; the rest goes on with the right.',
    commands: [{ command: 'kubectl compass install', does: 'give the rights back' }, CHECK],
  },
  Pending: {
    meaning: 'No synchronization has ended yet, since the start or the pairing.',
    causes: ['the first one is under way'],
    byItself: 'It ends by itself; thousands of Applications take some minutes.',
    commands: [{ command: 'kubectl compass status -w --until synced', does: 'wait for it' }, SYNC],
  },
};

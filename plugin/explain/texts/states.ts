import type { ConnectionState } from '#common/resources/compass-connection.ts';
import { CHECK, type ExplanationText, KEPT, LOGS, NEW_TOKEN, RETRIED, STATUS, SYNC } from '../text.ts';

/** The states that `status.connectionState` of a CompassConnection has: the field's own words. */
export const STATE_TEXTS: Readonly<Record<ConnectionState, ExplanationText>> = {
  Connected: {
    meaning: 'Paired with Compass: there is a certificate that works. Nothing was synchronized yet.',
    causes: ['the pairing has only just succeeded', 'the first synchronization is under way'],
    byItself: 'The first synchronization follows within seconds; thousands of Applications take some minutes.',
    commands: [{ command: 'kubectl compass status -w --until synced', does: 'wait for it' }],
  },
  ConnectionFailed: {
    meaning: 'There is no working connection to Compass, and nothing is synchronized.',
    causes: [
      'a one-time token that is used, expired or of another Compass',
      'a certificate that has expired or was revoked',
      'Compass cannot be reached, or is not trusted',
    ],
    byItself: `What can heal is tried again; what cannot waits for a new token. ${KEPT}`,
    commands: [STATUS, CHECK, ...NEW_TOKEN],
  },
  ConnectionMaintenanceFailed: {
    meaning: 'The certificate works, but could not be renewed or checked. Time is left until it expires.',
    causes: ['the Connector cannot be reached', 'Compass refuses the renewal', 'the Secret cannot be written'],
    byItself: `${RETRIED} The certificate in use stays until its successor is proven.`,
    commands: [{ command: 'kubectl compass cert renew --wait', does: 'try now, and see why it fails' }, STATUS, LOGS],
  },
  SynchronizationFailed: {
    meaning: 'The connection is good, but the list of Applications could not be had from the Director.',
    causes: ['the Director fails or is slow', 'wrong tenant or Runtime', 'scopes are missing'],
    byItself: `${RETRIED} ${KEPT}`,
    commands: [SYNC, STATUS, LOGS],
  },
  ResourceApplicationFailed: {
    meaning: 'Some Applications could not be applied. The others are in sync.',
    causes: ['a name that Kubernetes does not take', 'an object of somebody else in the way', 'missing rights'],
    byItself: `${RETRIED} Each one heals alone.`,
    commands: [STATUS, SYNC],
  },
  MetadataUpdateFailed: {
    meaning: 'All Applications are in sync, but the URLs of this cluster could not be written to Compass.',
    causes: ['the scope runtime:write is missing', 'the Director failed at that moment'],
    byItself: RETRIED,
    commands: [STATUS, LOGS],
  },
  Synchronized: {
    meaning: 'All is well: connected, and every Application is as Compass has it.',
    causes: ['the last synchronization succeeded'],
    byItself: 'It is synchronized again every few minutes, and the certificate is renewed at half of its life.',
    commands: [STATUS],
  },
};

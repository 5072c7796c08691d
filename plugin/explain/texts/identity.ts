import type { Reason } from '#common/errors.ts';
import {
  CHECK,
  correctConfiguration,
  EDIT_CONFIGURATION,
  type ExplanationText,
  KEPT,
  LOGS,
  NEW_TOKEN,
  RETRIED,
  STATUS,
} from '../text.ts';

const CERT_SHOW = {
  command: 'kubectl compass cert show',
  does: 'the certificate as status, Secret and wire have it, side by side',
};
const WAITS = `It waits for a token that it has not seen before, and uses that within seconds of its being stored. ${KEPT}`;

/** CMP06xx: who this cluster is to Compass. */
export const IDENTITY_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  TokenRequired: {
    meaning:
      'Only a new one-time token helps: there is no certificate that works, and the token that is stored is spent.',
    causes: [
      'the certificate expired while the cluster was off or cut off',
      'the token is used up: each works once, and for an hour',
      'the certificate was revoked, or the Runtime was deleted in Compass',
    ],
    byItself: WAITS,
    commands: [...NEW_TOKEN, STATUS],
  },
  TokenRefused: {
    meaning: 'Compass does not accept the one-time token. It does not say whether it is used, expired or unknown.',
    causes: [
      'it was used already: by this cluster, or by somebody else',
      'it is older than an hour (for an Application: five minutes)',
      'it is of another Compass, or was cut when it was pasted',
      'the database of Compass is down, which looks the same; then the token is still good',
    ],
    byItself: `It is tried again for up to an hour, in case it was Compass' own fault; then ${WAITS}`,
    commands: [...NEW_TOKEN, CHECK],
  },
  Rejected: {
    meaning: 'Compass does not accept this client certificate any more, although it has not expired.',
    causes: ['it was revoked', 'the Runtime was deleted in Compass', 'Compass has changed its certificate authority'],
    byItself: WAITS,
    commands: [{ command: 'kubectl compass cert verify --live', does: 'ask Compass once more' }, ...NEW_TOKEN],
  },
  CertificateExpired: {
    meaning: 'The client certificate has expired, so that it cannot be renewed by itself any more.',
    causes: [
      'the cluster was hibernated or cut off for longer than the certificate lived',
      'renewals failed until then',
    ],
    byItself: WAITS,
    commands: [
      ...NEW_TOKEN,
      { command: 'kubectl compass cert check --survive 60h', does: 'the next time: before the cluster sleeps' },
    ],
  },
  TenantMismatch: {
    meaning: 'The tenant of the configuration is not the one that this identity belongs to.',
    causes: ['TENANT is of another account or landscape', 'TENANT and RUNTIME_ID were swapped'],
    byItself: `${RETRIED} ${KEPT}`,
    commands: [correctConfiguration('TENANT'), STATUS],
  },
  InsufficientScopes: {
    meaning: 'Compass knows the identity, but does not let it do this.',
    causes: ['the scopes of runtimes were changed in Compass', 'for `token request`: your login lacks them'],
    byItself: `${RETRIED} ${KEPT}`,
    commands: [{ command: 'kubectl compass cert verify --live', does: 'which call is refused' }, LOGS],
  },
  RuntimeNotFound: {
    meaning: 'Compass has no Runtime of this id for this identity.',
    causes: ['RUNTIME_ID is typed wrong, or of another landscape', 'the Runtime was deleted in Compass'],
    byItself: `${RETRIED} ${KEPT}`,
    commands: [correctConfiguration('RUNTIME_ID'), ...NEW_TOKEN],
  },
  ConfigurationMissing: {
    meaning: 'There is no configuration Secret, so that the sidecar does not know where Compass is.',
    causes: ['it was never made', 'it was deleted', 'the sidecar looks in another namespace'],
    byItself: 'It waits, and begins within seconds of the Secret being there. A certificate that works serves on.',
    commands: [
      { command: 'kubectl compass connect --help', does: 'how to make it from a one-time token' },
      { command: 'kubectl -n compass-system get secrets', does: 'what is there' },
    ],
  },
  ConfigurationInvalid: {
    meaning: 'The configuration Secret is there, and says something that cannot be. No token was used.',
    causes: ['a URL without https, or with a blank', 'RUNTIME_ID is no UUID', 'two values were swapped'],
    byItself: 'It waits, and begins within seconds of the Secret being corrected. A certificate that works serves on.',
    commands: [EDIT_CONFIGURATION, STATUS],
  },
  InvalidSubject: {
    meaning: 'Compass asks for a certificate with a subject that cannot be made safely. The token was not used up.',
    causes: [
      'a comma or equals sign in a value of the subject, which Compass does not escape',
      'a subject without a name',
    ],
    byItself: RETRIED,
    commands: [LOGS],
  },
  InvalidCertificate: {
    meaning: 'Compass signed something that is no good as a client certificate of this key. It was not stored.',
    causes: ['a chain that does not fit, is expired, or not valid yet', 'the certificate of somebody else'],
    byItself: `${RETRIED} The certificate in use stays.`,
    commands: [LOGS, CERT_SHOW],
  },
  InvalidCredential: {
    meaning: 'The stored key and certificate do not belong together, or cannot be read.',
    causes: ['the Secret was edited by hand, or restored in part', 'another tool writes to it'],
    byItself: 'Where the sidecar still has the pair in memory it writes it back; else it waits for a new token.',
    commands: [CERT_SHOW, ...NEW_TOKEN],
  },
  Disconnected: {
    meaning: 'The connection was ended on purpose, by `disconnect`.',
    causes: ['somebody asked for it; the report says when'],
    byItself: WAITS,
    commands: NEW_TOKEN,
  },
  RenewalDue: {
    meaning: 'The certificate does not last as long as was asked for. It works now.',
    causes: ['more than half of its life is over', 'the planned pause is longer than what is left'],
    byItself: 'The sidecar renews it at half of its life, if it runs and reaches Compass.',
    commands: [
      { command: 'kubectl compass cert renew --wait', does: 'renew it now' },
      { command: 'kubectl compass cert check --survive 60h', does: 'whether that is enough for a weekend' },
    ],
  },
  CertificatesDiffer: {
    meaning: 'Status, Secret and wire do not show the same client certificate.',
    causes: [
      'a renewal in this very moment',
      'the Secret was restored or edited',
      'a replica that still uses the old one',
    ],
    byItself: 'The sidecar brings them together within a minute.',
    commands: [CERT_SHOW, LOGS],
  },
  ApplicationNotFound: {
    meaning: 'Compass has no Application of this id, or does not show it to you.',
    causes: ['the id is typed wrong, or is a name', 'it belongs to another tenant', 'it was deleted'],
    byItself: 'Nothing.',
    commands: [{ command: 'kubectl get applications -o yaml', does: 'the ids of those that this cluster has' }],
  },
};

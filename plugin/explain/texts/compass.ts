import type { Reason } from '#common/errors.ts';
import { CHECK, type ExplanationText, KEPT, LOGS, RETRIED, SETTINGS, STATUS } from '../text.ts';

const GOES_ON = `${RETRIED} ${KEPT} The certificate in use stays.`;
const FROM_THE_CLUSTER = {
  command: 'kubectl compass check --category connector,director',
  does: 'the same call from here and from the cluster, side by side',
};

/** CMP05xx: the way to Compass, and answers that are none. */
export const COMPASS_TEXTS: Partial<Record<Reason, ExplanationText>> = {
  CompassUnreachable: {
    meaning: 'No connection to Compass comes about: its name is not found, or nobody answers at its address.',
    causes: [
      'a NetworkPolicy, firewall or egress gateway in the cluster',
      'DNS in the cluster does not know the host',
      'a proxy that is needed and not set (HTTPS_PROXY), or set and not working',
      'Compass is down, or has moved',
    ],
    byItself: `${GOES_ON} A one-time token that was not sent stays good.`,
    commands: [FROM_THE_CLUSTER, SETTINGS, LOGS],
  },
  CompassUntrusted: {
    meaning: 'The server that answers as Compass has a certificate that is not trusted. Nothing was sent to it.',
    causes: [
      'a private CA, whose root the sidecar was not given',
      'a proxy that breaks TLS open and signs with its own CA',
      'the certificate of Compass has expired, or is for another host',
    ],
    byItself: `${GOES_ON} Never is the check left out by itself.`,
    commands: [FROM_THE_CLUSTER, SETTINGS],
  },
  CompassTimeout: {
    meaning: 'Compass took the request and did not answer in time. Whether it was carried out is not known.',
    causes: ['Compass or its database is overloaded', 'a proxy that holds connections open'],
    byItself: `${GOES_ON} A one-time token under way is tried again, since it may not have been used.`,
    commands: [STATUS, LOGS],
  },
  CompassThrottled: {
    meaning: 'Compass asks to be asked less (429). Its limit is one for the whole fleet of clusters.',
    causes: ['many clusters at once, after an outage of Compass', 'an agent somewhere that polls without a pause'],
    byItself: `${GOES_ON} The waits are spread, so that not all clusters come back at once.`,
    commands: [STATUS],
  },
  CompassUnavailable: {
    meaning: 'The gateway before Compass says that Compass cannot serve (500, 502, 503, 504).',
    causes: ['an update or outage of Compass', 'its database is down'],
    byItself: GOES_ON,
    commands: [STATUS, LOGS],
  },
  NotCompass: {
    meaning: 'Something answered that is not Compass: a page, not an API.',
    causes: [
      'a captive portal or the login page of a proxy',
      'a wrong host or path in CONNECTOR_URL',
      'a load balancer without a backend',
    ],
    byItself: GOES_ON,
    commands: [FROM_THE_CLUSTER, SETTINGS],
  },
  InvalidAnswer: {
    meaning: 'Compass answered, and the answer lacks what it must have. Nothing was concluded from it.',
    causes: [
      'a fault of Compass under load',
      'a version of Compass with another API',
      'something on the way that cuts answers',
    ],
    byItself: GOES_ON,
    commands: [LOGS, { command: 'kubectl compass version', does: 'the version to report it with' }],
  },
  AnswerTooLarge: {
    meaning: 'An answer of Compass is larger than the sidecar reads at once.',
    causes: ['very large Applications on one page', 'something that is not Compass and does not stop'],
    byItself: GOES_ON,
    commands: [LOGS],
  },
  CompassFailed: {
    meaning: 'Compass itself reports that it failed: an internal error, a time-out, or a change at the same moment.',
    causes: ['a fault in Compass; its operators find it by the x-request-id that status shows'],
    byItself: GOES_ON,
    commands: [STATUS, LOGS],
  },
  UntrustedUrl: {
    meaning: 'Compass names a URL of another host than the one it was reached at. No credential was sent there.',
    causes: ['Compass has moved, or answers under several domains', 'a wrong or forged answer'],
    byItself: GOES_ON,
    commands: [
      LOGS,
      {
        command:
          'kubectl -n compass-system set env deployment/compass-sidecar APP_COMPASS_ALLOWED_HOSTS=director.example.com',
        does: 'allow the host, if it is right (put in its name)',
      },
    ],
  },
  ClockSkew: {
    meaning: 'The clock of the node and that of Compass are far apart, and certificates are judged by dates.',
    causes: ['a node without time synchronization', 'a machine that was suspended'],
    byItself:
      'Dates are judged by the clock of Compass. Pairing is held off where the clocks are more than a day apart.',
    commands: [CHECK, { command: 'kubectl get nodes -o wide', does: 'the nodes, to look at their clocks' }],
  },
  VerificationDisabled: {
    meaning: 'The sidecar was told not to check who answers as Compass: anybody on the way can read the credentials.',
    causes: ['APP_SKIP_COMPASS_TLS_VERIFY was set for a test'],
    byItself: 'Nothing.',
    commands: [
      {
        command: 'kubectl -n compass-system set env deployment/compass-sidecar APP_SKIP_COMPASS_TLS_VERIFY-',
        does: 'check again; give a private CA in APP_COMPASS_CA_BUNDLE',
      },
    ],
  },
};

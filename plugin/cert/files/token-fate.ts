import { CompassError, type Reason } from '#common/errors.ts';
import { GIVE_CA } from '../../compass/transport.ts';

const NEW_TOKEN = "request a new one-time token in Compass (an Application's lives 5 minutes)";

/** Failures on the way there: where nothing may have been done, nothing was sent. */
const UNSENT: readonly Reason[] = ['CompassUnreachable', 'CompassUntrusted', 'CompassTimeout', 'InvalidSetting'];

/** A failure of the call that carries the user's token, with what became of the token. */
export function withTokenFate(error: unknown): unknown {
  if (!(error instanceof CompassError)) return error;
  if (error.reason === 'TokenRefused') {
    const message = `${error.message}; it is used, expired or unknown, or Compass cannot look at its tokens now; no file was written`;
    return again(error, message, NEW_TOKEN);
  }
  if (!error.maybeDone && UNSENT.includes(error.reason)) {
    return again(error, `${error.message}; the token was not sent, and is still good`);
  }
  return again(error, `${error.message}; the token is most likely spent, and no file was written`, NEW_TOKEN);
}

/** A failure after the user's token is spent: what it gave is kept, and the issue can go on. */
export function afterSecondToken(error: unknown, resumeCommand: string): unknown {
  if (!(error instanceof CompassError)) return error;
  if (error.reason === 'InvalidCertificate') {
    return again(error, `${error.message}; the token is spent, and no file was written`, NEW_TOKEN);
  }
  if (error.reason === 'TokenRefused') {
    const message = `${error.message}; the second token lives 5 minutes for an Application and 60 for a Runtime, and signs once`;
    return again(error, message, NEW_TOKEN);
  }
  const lost = error.maybeDone ? '; the certificate may have been issued and its answer lost' : '';
  return again(error, `${error.message}${lost}; the key and the second token are kept`, resumeCommand);
}

function again(error: CompassError, message: string, next: string | undefined = nextFromHere(error)): CompassError {
  const { requestId, status, maybeDone } = error;
  return new CompassError(error.reason, message, { cause: error, requestId, status, maybeDone, next });
}

/** What helps where Compass takes this identity no more. */
export const NEW_ISSUE = 'kubectl compass cert issue --help';

const NEXT: Readonly<Partial<Record<Reason, string>>> = {
  CompassUntrusted: GIVE_CA,
  UntrustedUrl: 'name the host by --allowed-host if it is right',
  InvalidAnswer: 'name the x-request-id to the administrator of Compass',
  InvalidCertificate: 'name the x-request-id to the administrator of Compass',
  CompassFailed: 'name the x-request-id to the administrator of Compass',
  CompassThrottled: 'try again in a minute',
  CompassUnavailable: 'try again in a minute',
  CompassUnreachable: 'look at the network and the proxy on the way to Compass',
  CompassTimeout: 'look at the network and the proxy on the way to Compass',
  Rejected: NEW_ISSUE,
  CertificateExpired: NEW_ISSUE,
  InvalidCredential: NEW_ISSUE,
};

/** Without a sidecar there are no logs of it to read, and no settings. */
export function nextFromHere({ reason, next }: CompassError): string | undefined {
  return next ?? NEXT[reason];
}

import type { CompassError } from '../errors.ts';
import { type CallContext, callError } from './call-context.ts';
import { ProxyRefused, ProxyUnreachable, ServerUntrusted } from './connect-failure.ts';
import { ConnectTimeout } from './connection-pool.ts';
import type { ExchangeFailed } from './exchange.ts';

/** Translates an exchange without an answer. The cause stays behind: it names addresses, options and headers. */
export function translateExchangeFailure(
  failed: ExchangeFailed,
  context: CallContext,
  timeoutMs: number,
): CompassError {
  const { sent: maybeDone, status } = failed;
  if (failed.why === 'timeout') {
    return callError(context, 'CompassTimeout', `no answer within ${timeoutMs / 1000} s`, { maybeDone, status });
  }
  if (failed.why === 'aborted') return callError(context, 'Stopping', 'given up, to stop', { maybeDone, status });
  if (failed.why === 'too-large') {
    return callError(context, 'AnswerTooLarge', 'the answer is larger than what is read', { maybeDone, status });
  }
  return translateCause(failed.cause, failed, context);
}

function translateCause(
  cause: unknown,
  { sent: maybeDone, status }: ExchangeFailed,
  context: CallContext,
): CompassError {
  if (cause instanceof ServerUntrusted) {
    const what = `the server's certificate, issued by ${cause.issuer}, is not trusted: ${cause.message} (${cause.code})`;
    return callError(context, 'CompassUntrusted', what);
  }
  if (cause instanceof ProxyRefused) {
    const hint = cause.status === 407 ? ' (proxy authentication required)' : '';
    const what = `the proxy ${cause.proxy} does not connect: it answered ${cause.status}${hint}`;
    return callError(context, 'CompassUnreachable', what, { status: cause.status });
  }
  if (cause instanceof ProxyUnreachable) {
    return callError(
      context,
      'CompassUnreachable',
      `the proxy ${cause.proxy} cannot be reached (${cause.code ?? 'closed'})`,
    );
  }
  if (cause instanceof ConnectTimeout) {
    return callError(context, 'CompassUnreachable', `no connection within ${cause.afterMs / 1000} s`);
  }
  const code = codeOf(cause);
  return aboutOurCertificate(code, context, maybeDone) ?? unreachable(code, context, maybeDone, status);
}

/** With these the server ends the handshake from its side: nothing that we sent was read. */
const ABOUT_CERTIFICATE =
  /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|UNKNOWN|REQUIRED)|ACCESS_DENIED)/;

/**
 * TLS alerts about the client certificate (RFC 8446, section 6.2), and what stands in for them: Node's TLS server resets the
 * connection instead, which looks like any other reset and is told apart by the certificate's own dates.
 */
function aboutOurCertificate(code: string, context: CallContext, maybeDone: boolean): CompassError | undefined {
  if (context.by !== 'certificate') return undefined;
  const expiresAt = context.certificateExpiresAt();
  const expiredByClock = expiresAt !== undefined && expiresAt <= context.now();
  const isReset = /^(ECONNRESET|EPIPE|ECONNABORTED)$/.test(code);
  if (/ALERT_CERTIFICATE_EXPIRED/.test(code) || ((isReset || /ALERT/.test(code)) && expiredByClock)) {
    const how = isReset ? 'the connection was reset, and the certificate' : 'the client certificate';
    const since = expiredByClock ? ` since ${new Date(expiresAt).toISOString()}` : '';
    return callError(context, 'CertificateExpired', `${how} has expired${since}`, { maybeDone: isReset && maybeDone });
  }
  if (ABOUT_CERTIFICATE.test(code)) {
    return callError(
      context,
      'Rejected',
      `the client certificate is refused in the TLS handshake (${alertName(code)})`,
    );
  }
  return undefined;
}

function alertName(code: string): string {
  return code
    .replace(/^.*ALERT_/, '')
    .replaceAll('_', ' ')
    .toLowerCase();
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name cannot be resolved',
  EAI_AGAIN: 'the name cannot be resolved for now',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'there is no way to the host',
  ENETUNREACH: 'there is no way to the network',
};

function unreachable(code: string, context: CallContext, maybeDone: boolean, status: number): CompassError {
  const isTls = /^ERR_(SSL|TLS)/.test(code);
  const what = isTls
    ? `TLS failed (${code
        .replace(/^ERR_(SSL|TLS)_/, '')
        .replaceAll('_', ' ')
        .toLowerCase()})`
    : WORDS[code];
  const text = what === undefined ? `the connection failed (${code})` : isTls ? what : `${what} (${code})`;
  return callError(context, 'CompassUnreachable', text, {
    maybeDone: maybeDone && !ABOUT_CERTIFICATE.test(code),
    status,
  });
}

/** The code of the first error that has one: several addresses that were tried come as an AggregateError. */
function codeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'unknown';
  const { code } = cause as NodeJS.ErrnoException;
  if (code !== undefined) return code;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : undefined;
  return first === undefined ? 'closed' : codeOf(first);
}

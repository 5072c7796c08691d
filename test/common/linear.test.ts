import { suite, test } from 'node:test';
import { type CallContext, quote } from '#common/compass/call-context.ts';
import { readFaults } from '#common/compass/graphql-errors.ts';
import { readResult } from '#common/compass/graphql-result.ts';
import { judgeStatus } from '#common/compass/http-status.ts';
import { readRoots } from '#common/compass/roots.ts';
import { readToken } from '#common/compass/token.ts';
import { parseConnectorUrl, requireTrustedUrl } from '#common/compass/trusted-url.ts';
import { parseDurationMs } from '#common/duration.ts';
import { joinRoots, readStored } from '#common/pki/certificate.ts';
import { readPem } from '#common/pki/pem.ts';
import { parseSubject } from '#common/pki/subject.ts';
import { redact } from '#common/redact.ts';
import { readReport } from '#common/resources/report.ts';
import { readAnnotation } from '#common/resources/requests.ts';
import { applicationLabel, credentialsSecretName, isLabelValue, isSubdomain } from '#common/sync/names.ts';
import { serviceName } from '#common/sync/normalize.ts';
import { assertLinear } from './cost.ts';

const MEGABYTE = 1_000_000;

const CONTEXT: CallContext = {
  target: 'connector',
  operation: 'thing',
  host: 'localhost',
  requestId: 'id',
  by: 'token',
  notFound: undefined,
  certificateExpiresAt: () => undefined,
  now: () => 0,
  secrets: ['canary'.repeat(15)],
};

const answer = (status: number, body: string, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
  bytes: body.length,
});

const BEGIN = '-----BEGIN CERTIFICATE-----';

const NOTHING_AROUND: readonly [string, string] = ['', ''];

interface Parser {
  readonly run: (text: string) => unknown;
  /** What it has to look at again and again, if it is written badly: repeated up to the length. */
  readonly hostile: readonly string[];
  /** What stands before and after it. */
  readonly around?: readonly [string, string];
  /** The longest that it reads at all; a megabyte where it has no bound of its own. */
  readonly longest?: number;
}

/** Everything that reads what somebody else wrote. */
const PARSERS: Readonly<Record<string, Parser>> = {
  'a subject': { run: parseSubject, hostile: [',', '\\', ' =', 'CN=a,', '\\c3'] },
  'a subject of the greatest length': {
    run: parseSubject,
    hostile: [',', '\\', ' ', ' =', 'O=', '\\c3'],
    around: ['O=', ',CN=id'],
    longest: 10_000,
  },
  'a token': { run: readToken, hostile: [' ', '\n', '"', 'a'] },
  'a token of the greatest length': {
    run: readToken,
    hostile: [' ', ' \n', '"', '\u200b', '{'],
    around: ['a', 'b'],
    longest: 16_000,
  },
  PEM: { run: readPem, hostile: ['-', BEGIN, '-----BEGIN A', '-----BEGIN A-----\n', 'A ', '-----END A-----'] },
  'a bundle of roots': { run: readRoots, hostile: ['-', BEGIN, `${BEGIN}\nA`] },
  'roots that are joined': { run: (text) => joinRoots(text, text), hostile: [BEGIN, '-'] },
  'a client Secret': {
    run: (text) => readStored({ crt: text, key: text, crtChain: text }, 0),
    hostile: [BEGIN, '-----BEGIN RSA PRIVATE KEY-----\n', 'a'],
  },
  CONNECTOR_URL: { run: parseConnectorUrl, hostile: [' ', '/', 'a', '%'], around: ['https://', ''] },
  'a URL of the Connector': {
    run: (text) => requireTrustedUrl(text, { connectorUrl: 'https://a.b.example/', allowedHosts: [] }),
    hostile: ['.', '/', '@', 'a.'],
    around: ['https://', ''],
  },
  'an answer': {
    run: (text) => readResult(text, CONTEXT),
    hostile: [' ', 'a', '\\u0041', '","a":"', '"'],
    around: ['{"data":{"a":"', '"}}'],
  },
  'the text of a gateway': {
    run: (text) => judgeStatus(answer(500, text), CONTEXT),
    hostile: [' ', 'a', '"', '\u0007'],
  },
  'a content type': {
    run: (text) => judgeStatus(answer(200, '', { 'content-type': text }), CONTEXT),
    hostile: [' ', 'a', 'application/', 'application/a+', 'json'],
  },
  'a redirect': {
    run: (text) => judgeStatus(answer(302, '', { location: text }), CONTEXT),
    hostile: ['/', '.', 'a@'],
    around: ['https://', ''],
  },
  'Retry-After': { run: (text) => judgeStatus(answer(429, '', { 'retry-after': text }), CONTEXT), hostile: ['1', ' '] },
  'an error': {
    run: (text) => readFaults([{ message: text }], CONTEXT, 200),
    hostile: ['a', ' ', 'unauthenticate', 'not authenticat', 'Aa1'],
  },
  'somebody else’s words': { run: (text) => quote(text, CONTEXT), hostile: [' ', 'canary', '\n', 'Aa1/'] },
  'words that hold a secret': { run: (text) => redact(text, CONTEXT.secrets), hostile: ['canary', '%', 'A '] },
  'an annotation': { run: (text) => readAnnotation('sync', text), hostile: [';', '=', '%', 'k=v;%', ' '] },
  'a name': {
    run: (text) => [isSubdomain(text), isLabelValue(text), applicationLabel(text), credentialsSecretName(text, 'id')],
    hostile: ['a', '-', '.', 'a.', 'a-'],
  },
  'the name of a bundle': { run: (text) => serviceName(text, 'id'), hostile: ['a', '-', ' ', 'a-'] },
  'a duration': { run: parseDurationMs, hostile: ['1', '.', '1s'] },
  'a report': { run: readReport, hostile: [' ', '"', '"a",'], around: ['{"schemaVersion":"v1","steps":[', '""]}'] },
};

suite('the time to read what somebody else wrote grows with its length, not with the square of it', () => {
  for (const [what, { run, hostile, around = NOTHING_AROUND, longest = MEGABYTE }] of Object.entries(PARSERS)) {
    test(`S14: ${what}`, () => {
      const inputs = hostile.map((piece) => textOf(piece, around));
      assertLinear(inputs, longest, (text) => tryTo(() => run(text)));
    });
  }
});

function textOf(piece: string, [before, after]: readonly [string, string]): (length: number) => string {
  return (length) => {
    const middle = length - before.length - after.length;
    return before + piece.repeat(Math.ceil(middle / piece.length)).slice(0, middle) + after;
  };
}

function tryTo(run: () => unknown): void {
  try {
    run();
  } catch {
    // Refused: that has its price as well.
  }
}

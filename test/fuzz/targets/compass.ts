import type { CallContext } from '#common/compass/call-context.ts';
import {
  InvalidItem,
  readApi,
  readApplication,
  readBundle,
  readEvent,
  readPage,
} from '#common/compass/director-reader.ts';
import { mostSpecific, readFaults } from '#common/compass/graphql-errors.ts';
import { readResult } from '#common/compass/graphql-result.ts';
import { judgeStatus } from '#common/compass/http-status.ts';
import { proxyFor } from '#common/compass/proxy.ts';
import { readToken } from '#common/compass/token.ts';
import { parseConnectorUrl, requireTrustedUrl } from '#common/compass/trusted-url.ts';
import { redact } from '#common/redact.ts';
import { desiredSecretDigests } from '#common/sync/digest.ts';
import { toDesired } from '#common/sync/mapping.ts';
import type { Corpora } from '../corpora.ts';
import type { Target } from '../fuzz.ts';

const CONTEXT: CallContext = {
  target: 'director',
  operation: 'fuzz',
  host: 'compass.example.com',
  requestId: 'id',
  by: 'certificate',
  notFound: undefined,
  certificateExpiresAt: () => undefined,
  now: () => 0,
  secrets: ['a token that was sent'],
};

const STATUSES = [200, 204, 301, 400, 401, 403, 404, 429, 500, 503];

const SETTINGS = { gatewayUrl: 'https://gateway.example.com', skipVerify: false };

const URLS = [
  'https://connector.example.com:8443/connector/graphql?token=x#y',
  'https://user:word@[2001:db8::1]/a/../b?c=d',
  'http://proxy.example.com:3128',
].map((text) => Buffer.from(text));

const TOKENS = [
  'mW1zYk3l0Jb5QpR7tVx9zB2dF4hJ6kL8nP0rS2uW4yA=',
  Buffer.from('{"token":"abc","connectorURL":"https://c.example.com/graphql","expiresAt":"2026-01-01"}').toString(
    'base64',
  ),
  '{"token":"abc","used":false}',
  'https://c.example.com/graphql?token=abc',
].map((text) => Buffer.from(text));

/** What Compass answers, and what people paste of it. */
export function compassTargets({ graphql }: Corpora): readonly Target[] {
  return [
    { name: 'an answer of Compass', inputs: graphql, read: (input) => readAnswer(input.toString()) },
    { name: 'an answer with any status', inputs: graphql, read: judge },
    { name: 'a listing', inputs: graphql, throws: InvalidItem, read: (input) => readListing(input.toString()) },
    { name: 'a token', inputs: TOKENS, read: (input) => readToken(input.toString()) },
    { name: 'a URL', inputs: URLS, read: (input) => readUrl(input.toString()) },
    {
      name: 'what others say',
      inputs: [...graphql, ...TOKENS],
      read: (input) => redact(input.toString(), ['abc', 'https://c']),
    },
  ];
}

function readAnswer(text: string) {
  const { errors } = readResult(text, CONTEXT);
  return mostSpecific(readFaults(errors, CONTEXT, 200));
}

function judge(input: Buffer) {
  const [first = 0, second = 0] = input;
  const status = STATUSES[first % STATUSES.length] ?? 200;
  const text = input.toString('latin1');
  const type = second % 2 === 0 ? 'application/json' : text.slice(0, 40);
  const headers = { 'content-type': type, 'retry-after': text.slice(0, 9), location: text.slice(0, 200) };
  const error = judgeStatus({ status, headers, body: input.toString(), bytes: input.length }, CONTEXT);
  if (error) throw error;
}

/** As the listing does it, but for further pages. */
function readListing(text: string): void {
  const { data } = readResult(text, CONTEXT);
  for (const item of readPage(data?.['applicationsForRuntime'], 'applicationsForRuntime').items) {
    const { application, bundles } = readApplication(item);
    const read = bundles.items.map(readBundle).map(({ bundle, apiDefinitions, eventDefinitions }) => ({
      ...bundle,
      apiDefinitions: apiDefinitions.items.map(readApi),
      eventDefinitions: eventDefinitions.items.map(readEvent),
    }));
    const mapped = toDesired({ ...application, bundles: read }, SETTINGS);
    if (mapped.kind === 'desired') mapped.desired.secrets.map(desiredSecretDigests);
  }
}

function readUrl(text: string): void {
  const url = requireTrustedUrl(parseConnectorUrl(text), {
    connectorUrl: 'https://c.example.com/x',
    allowedHosts: [text],
  });
  proxyFor(url, { httpsProxy: text, noProxy: text });
}

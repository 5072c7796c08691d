import assert from 'node:assert/strict';
import type { RecordedRequest } from '../../kube-api/recorder.ts';
import { type Chronicle, isOfSidecar } from './chronicle.ts';
import { listingsOf, type ServedListing } from './listed-pages.ts';

/** What APP_QUERY_LOGGING asks for. */
const QUERY = 'called Compass';

/**
 * I12: a pass that came after two others in which the Director said the same, nothing failed and nobody else wrote, writes
 * nothing but the Lease, and logs nothing but what every pass does. By the machine's clock only: with others, the time for
 * the status's times may have come.
 */
export function checkQuiet(chronicle: Chronicle): void {
  if (!chronicle.isRealTime || chronicle.hasShortPeriod) return;
  for (const { fromMs, toMs } of quietPasses(chronicle)) {
    const isThen = (time: unknown) => Date.parse(String(time)) > fromMs && Date.parse(String(time)) < toMs;
    const written = chronicle.calls.filter((call) => isOfSidecar(call) && changes(call) && isThen(call.at));
    const what = written.map(({ method, path, body }) => `${method} ${path} ${body}`).join(', ');
    assert.equal(written.length, 0, `I12: nothing changed, and it wrote ${what}`);
    const said = chronicle.lines.filter(
      ({ level, msg, ['time']: time }) => level !== 'debug' && msg !== QUERY && isThen(time),
    );
    assert.deepEqual(
      said.map(({ msg }) => msg),
      [],
      'I12: nothing changed, and it logged',
    );
  }
}

/** From the end of a listing to the begin of the next. */
function quietPasses(chronicle: Chronicle): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const listings = listingsOf(chronicle.requests);
  return listings.flatMap((third, at) => {
    const [first, second, next] = [listings[at - 2], listings[at - 1], listings[at + 1]];
    if (!first || !second || !next || first.body !== second.body || second.body !== third.body) return [];
    const isQuiet = !isDisturbed(chronicle, first, next);
    return isQuiet ? [{ fromMs: third.ended.atMs, toMs: next.begun.atMs }] : [];
  });
}

function isDisturbed({ calls, requests, lines }: Chronicle, first: ServedListing, next: ServedListing): boolean {
  const [fromMs, toMs] = [first.begun.atMs, next.begun.atMs];
  const isThen = (atMs: number) => atMs >= fromMs && atMs <= toMs;
  return (
    calls.some((call) => isThen(Date.parse(call.at)) && (isFailure(call) || (changes(call) && !isOfSidecar(call)))) ||
    requests.some(
      ({ request, begun }) => isThen(begun.atMs) && (request.outcome !== 'ok' || request.target !== 'director'),
    ) ||
    lines.some(({ msg, ['time']: time }) => isThen(Date.parse(String(time))) && msg === 'started')
  );
}

const isFailure = ({ code }: RecordedRequest) => code >= 400 && code !== 404;

/** Leases are kept, and reviews and dry runs leave nothing. */
function changes({ method, path, query }: RecordedRequest): boolean {
  const isOfLease = path.includes('/leases');
  return (
    method !== 'GET' && query['dryRun'] === undefined && !isOfLease && !path.includes('/apis/authorization.k8s.io/')
  );
}

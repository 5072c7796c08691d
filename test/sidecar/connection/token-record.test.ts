import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError, hasReason, type Reason } from '#common/errors.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type TokenRecord, withToken } from '../../../sidecar/connection/state.ts';
import { isUnused, recordFailure } from '../../../sidecar/connection/token-tries.ts';
import { CONFIGURED, ISSUED, memoryContext, PREPARED } from './memory-context.ts';

const HOUR_MS = 3_600_000;
const HASH = 'hash';

type Earlier = Partial<TokenRecord> & { readonly agoMs?: number };

/** What became of the token, and what was thrown, where it failed so after it had been tried like that before. */
async function failing(journal: Journal | undefined, error: unknown, earlier?: Earlier) {
  const { context, clock } = memoryContext();
  if (journal) await context.journal.write(journal);
  if (earlier) {
    const { agoMs = 0, ...fields } = earlier;
    const record: TokenRecord = { outcome: 'trying', tries: 1, mayHaveLeft: false, firstTriedAt: 0, ...fields };
    await context.state.write(withToken(freshState(), HASH, { ...record, firstTriedAt: clock.now() - agoMs }));
  }
  const thrown = await recordFailure(context, HASH, error).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  const record = context.state.value?.tokens[HASH];
  const isRequired = hasReason(thrown, 'TokenRequired');
  return { thrown, record, isRequired, hasJournal: context.journal.value !== undefined, now: clock.now() };
}

const error = (reason: Reason, maybeDone = false) => new CompassError(reason, 'it failed so', { maybeDone });

test('a token is unused that was never seen, or whose refusals say nothing for certain', () => {
  const record = { tries: 1, firstTriedAt: 1, mayHaveLeft: false };
  const after = (outcome: TokenRecord['outcome']) =>
    isUnused(withToken(freshState(), 'a', { ...record, outcome }), 'a');
  assert.deepEqual([isUnused(undefined, 'a'), isUnused(freshState(), 'a')], [true, true]);
  assert.deepEqual([after('trying'), after('used'), after('spent')], [true, false, false]);
});

for (const reason of ['InvalidCertificate', 'TokenRequired'] as const) {
  test(`${reason} spends the token for good, says why, and drops what was begun with it`, async () => {
    const { record, isRequired, thrown, hasJournal, now } = await failing(CONFIGURED, error(reason));
    assert.ok(isRequired);
    assert.match(String(thrown), /it failed so.*request a new one-time token/);
    const { message, ...rest } = record ?? assert.fail('it is not recorded');
    assert.deepEqual(rest, { outcome: 'spent', tries: 1, firstTriedAt: now, mayHaveLeft: true });
    assert.match(message ?? '', /it failed so/);
    assert.equal(hasJournal, false);
  });
}

test('a token that is given up keeps when it was tried first, and counts the last try', async () => {
  const { record, now } = await failing(PREPARED, error('TokenRequired'), { tries: 3, agoMs: 5 });
  assert.deepEqual([record?.outcome, record?.tries, record?.firstTriedAt], ['spent', 4, now - 5]);
});

const UNSENT: readonly (readonly [what: string, error: unknown])[] = [
  ['Compass cannot be reached', error('CompassUnreachable')],
  ['Compass is not trusted', error('CompassUntrusted')],
  ['the connection took too long', error('CompassTimeout')],
  ['we stop', error('Stopping', true)],
  ['the cluster refuses', error('ClusterForbidden', true)],
  ['the cluster cannot be reached', error('ClusterUnreachable', true)],
  ['nothing is installed', error('NotInstalled', true)],
  ['of a bug', new Error('a bug')],
];

for (const [what, cause] of UNSENT) {
  test(`a token has certainly not left, and keeps all its tries, where ${what}`, async () => {
    for (const journal of [PREPARED, CONFIGURED]) {
      const { thrown, record, hasJournal } = await failing(journal, cause);
      assert.deepEqual([thrown, record, hasJournal], [undefined, undefined, true]);
    }
  });
}

const SENT: readonly (readonly [what: string, error: CompassError])[] = [
  ['a cut', error('CompassUnreachable', true)],
  ['a time-out', error('CompassTimeout', true)],
  ['a server that is not trusted any more', error('CompassUntrusted', true)],
  ['an error of the gateway', error('CompassUnavailable')],
  ['an answer that makes no sense', error('InvalidAnswer')],
];

for (const [what, cause] of SENT) {
  test(`a token may have left, and has a try less, after ${what}`, async () => {
    const { thrown, record, hasJournal, now } = await failing(PREPARED, cause);
    assert.deepEqual(record, { outcome: 'trying', tries: 1, firstTriedAt: now, mayHaveLeft: true });
    assert.deepEqual([thrown, hasJournal], [undefined, true]);
    const again = await failing(PREPARED, cause, { tries: 4, agoMs: 7 });
    assert.deepEqual(again.record, { outcome: 'trying', tries: 5, firstTriedAt: again.now - 7, mayHaveLeft: true });
  });
}

test('what fails without a token, before anything is begun or after its certificate is there, says nothing about it', async () => {
  for (const journal of [undefined, ISSUED]) {
    const { thrown, record } = await failing(journal, error('CompassUnavailable', true));
    assert.deepEqual([thrown, record], [undefined, undefined]);
  }
});

/** Tries so far, of how long ago the first was, and whether the next failure is the last. */
const BOUNDS: readonly (readonly [tries: number, agoMs: number, isLast: boolean])[] = [
  [18, 0, false],
  [19, 0, true],
  [8, HOUR_MS, false],
  [9, HOUR_MS - 1, false],
  [9, HOUR_MS, true],
];

for (const [reason, why] of [
  ['TokenRefused', /was refused \d+ times: it is used, expired or unknown/],
  ['CompassUnavailable', /token was sent \d+ times, and no answer says what became of it.*\(it failed so\)/],
] as const) {
  test(`a token is given up after 20 tries, or after 10 in an hour, of ${reason}`, async () => {
    for (const [tries, agoMs, isLast] of BOUNDS) {
      const { thrown, record, isRequired, hasJournal } = await failing(PREPARED, error(reason), { tries, agoMs });
      const what = `${tries} tries in ${agoMs} ms`;
      assert.equal(isRequired, isLast, what);
      assert.deepEqual([record?.outcome, hasJournal], isLast ? ['spent', false] : ['trying', true], what);
      if (isLast) assert.match(String(thrown), why);
    }
  });
}

test('a refusal alone is told as it is; one after an answer was lost asks for a new token, and goes on trying', async () => {
  const plain = await failing(PREPARED, error('TokenRefused'), { tries: 2, agoMs: 1 });
  assert.equal(plain.thrown, undefined);
  assert.deepEqual([plain.record?.tries, plain.record?.mayHaveLeft], [3, false]);
  const lost = await failing(PREPARED, error('TokenRefused'), { mayHaveLeft: true });
  assert.ok(lost.isRequired);
  assert.deepEqual([lost.record?.outcome, lost.record?.mayHaveLeft, lost.hasJournal], ['trying', true, true]);
  assert.match(String(lost.thrown), /most likely spent/);
});

test('a refusal is as after a lost answer where another process began, and nobody wrote how its try went', async () => {
  const document = memoryDocument<Journal>();
  await new DocumentStore(document).write(PREPARED);
  for (const [earlier, isLost] of [
    [undefined, true],
    [freshState(), true],
    [withToken(freshState(), HASH, { outcome: 'trying', tries: 1, firstTriedAt: 1, mayHaveLeft: false }), false],
  ] as const) {
    const { context } = memoryContext({ journal: new DocumentStore(document) });
    await context.journal.load();
    if (earlier) await context.state.write(earlier);
    const failed = recordFailure(context, HASH, error('TokenRefused'));
    if (isLost) await assert.rejects(failed, { reason: 'TokenRequired' });
    else await failed;
    assert.equal(context.state.value?.tokens[HASH]?.mayHaveLeft, isLost);
  }
  const own = await failing(PREPARED, error('TokenRefused'));
  assert.deepEqual([own.thrown, own.record?.mayHaveLeft], [undefined, false]);
});

test('a second token that is refused is spent', async () => {
  const { isRequired, record, hasJournal } = await failing(CONFIGURED, error('TokenRefused'));
  assert.deepEqual([isRequired, record?.outcome, hasJournal], [true, 'spent', false]);
});

test('a second token without an answer has its own count, and answers that say that nothing was done leave it alone', async () => {
  const first = await failing(CONFIGURED, error('CompassUnavailable', true), { tries: 2 });
  assert.deepEqual([first.thrown, first.record?.tries, first.record?.secondTries], [undefined, 2, 1]);
  assert.equal(first.record?.mayHaveLeft, true);
  const next = await failing(CONFIGURED, error('CompassUnreachable', true), { tries: 2, secondTries: 4 });
  assert.deepEqual([next.record?.tries, next.record?.secondTries], [2, 5]);
  const unknown = await failing(CONFIGURED, error('CompassUnreachable', true));
  assert.deepEqual([unknown.record?.tries, unknown.record?.secondTries], [0, 1]);
  const undone = await failing(CONFIGURED, error('CompassUnavailable', false));
  assert.deepEqual([undone.thrown, undone.record], [undefined, undefined]);
});

test('a second token without an answer is given up after 20 tries, and not within its hour', async () => {
  for (const [secondTries, ageMs, isLast] of [
    [19, HOUR_MS, true],
    [18, HOUR_MS, false],
    [19, HOUR_MS - 1, false],
  ] as const) {
    const { clock } = memoryContext();
    const journal = { ...CONFIGURED, configuredAt: clock.now() - ageMs };
    const { isRequired, thrown } = await failing(journal, error('CompassUnavailable', true), { secondTries });
    assert.equal(isRequired, isLast, `${secondTries} tries in ${ageMs} ms`);
    if (isLast) assert.match(String(thrown), /the second token was sent 20 times/);
  }
});

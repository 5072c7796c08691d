import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonLog } from '#common/log.ts';
import type { DeletionDecision } from '#common/sync/deletion-decision.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { decideRequestHandler } from '../../../sidecar/deletions/decide-request.ts';
import type { PassFacts } from '../../../sidecar/request-handler.ts';
import type { Suspension } from '../../../sidecar/suspension/suspension.ts';
import { memoryContext } from '../connection/memory-context.ts';

const HELD = { id: 'plan', since: 1, members: ['one', 'two'] };

const HOLDING: StoredState = {
  ...freshState(),
  runtimeId: 'runtime',
  deletions: { held: HELD, decision: undefined },
};
const { runtimeId: _runtimeId, ...OF_NO_RUNTIME } = HOLDING;

/** Who decides, where this is stored. */
async function start(stored: StoredState | undefined) {
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    'info',
    () => 0,
  );
  const { context, clock } = memoryContext({ log });
  if (stored) await context.state.write(stored);
  const hurried: unknown[] = [];
  const syncStep = { hurry: (why: unknown) => hurried.push(why) };
  const decide = (verdict: DeletionDecision['verdict'], parameters: Readonly<Record<string, string>>) => {
    const request = { verb: verdict === 'approved' ? 'approve' : 'reject', id: 'id', parameters } as const;
    return decideRequestHandler(verdict, context, syncStep)(request, {} as PassFacts);
  };
  return { context, clock, hurried, lines, decide, kept: () => context.state.value?.deletions };
}

for (const [verdict, message] of [
  ['approved', 'plan plan of 2 deletions is approved: it goes as soon as two listings a minute apart confirm it'],
  [
    'rejected',
    'plan plan of 2 deletions is rejected: nothing of it goes until what is no longer listed is something else',
  ],
] as const) {
  test(`a plan that is held is ${verdict}: that is kept, said, and followed at once`, async () => {
    const { context, clock, hurried, lines, decide, kept } = await start(HOLDING);
    assert.deepEqual(await decide(verdict, { plan: 'plan', by: 'eva' }), { result: 'succeeded', message });
    const decision = { plan: 'plan', verdict, at: clock.now(), runtimeId: 'runtime', members: HELD.members, by: 'eva' };
    assert.deepEqual(kept(), { held: HELD, decision });
    assert.deepEqual({ ...context.state.value, deletions: HOLDING.deletions }, HOLDING, 'all else stays');
    assert.deepEqual(hurried, ['decision']);
    const said = lines.map((line) => JSON.parse(line) as { level: string; msg: string; plan: string });
    assert.deepEqual(
      said.map(({ level, msg, plan }) => [level, msg, plan]),
      [['info', `a plan of deletions was ${verdict} on request`, 'plan']],
    );
  });
}

test('who decides is kept as they say, cut to a name; nobody where nobody says', async () => {
  for (const [parameters, by] of [
    [{}, undefined],
    [{ by: '' }, undefined],
    [{ by: 'x'.repeat(300) }, `${'x'.repeat(255)}…`],
  ] as const) {
    const { decide, kept } = await start(HOLDING);
    await decide('approved', { plan: 'plan', ...parameters });
    assert.equal(kept()?.decision?.by, by);
    assert.equal('by' in (kept()?.decision ?? {}), by !== undefined);
  }
});

test('one deletion is one', async () => {
  const { decide } = await start({
    ...HOLDING,
    deletions: { held: { ...HELD, members: ['one'] }, decision: undefined },
  });
  assert.match((await decide('approved', { plan: 'plan' })).message ?? '', /^plan plan of 1 deletion is approved/);
});

test('a decision that was taken already is confirmed, and nothing happens anew, whether or not the plan is held still', async () => {
  for (const held of [HELD, undefined]) {
    const decision = { plan: 'plan', verdict: 'approved', at: 5, runtimeId: 'runtime', members: ['one'] } as const;
    const { hurried, lines, decide, kept } = await start({ ...HOLDING, deletions: { held, decision } });
    const { result, message } = await decide('approved', { plan: 'plan' });
    assert.equal(result, 'succeeded');
    assert.match(message ?? '', /^plan plan of 1 deletion is approved/);
    assert.deepEqual([kept(), hurried, lines], [{ held, decision }, [], []]);
  }
});

test('who thinks better of it decides anew', async () => {
  const decision = { plan: 'plan', verdict: 'approved', at: 5, runtimeId: 'runtime', members: ['one'] } as const;
  const { hurried, decide, kept } = await start({ ...HOLDING, deletions: { held: HELD, decision } });
  assert.equal((await decide('rejected', { plan: 'plan' })).result, 'succeeded');
  assert.deepEqual([kept()?.decision?.verdict, hurried], ['rejected', ['decision']]);
  const another = await start({ ...HOLDING, deletions: { held: HELD, decision: { ...decision, plan: 'another' } } });
  assert.equal((await another.decide('approved', { plan: 'plan' })).result, 'succeeded');
  assert.equal(another.kept()?.decision?.plan, 'plan');
});

for (const [what, stored, parameters, message] of [
  ['that names no plan', HOLDING, {}, 'it names no plan: plan=<id> says which one'],
  ['on another plan', HOLDING, { plan: 'other' }, 'no plan other is held; the one that is held is plan'],
  [
    'on a plan while there is none',
    { ...HOLDING, deletions: undefined },
    { plan: 'plan' },
    'no plan plan is held; there is none at all',
  ],
  [
    'on a plan of an id without end',
    HOLDING,
    { plan: 'x'.repeat(65) },
    `no plan ${'x'.repeat(64)}… is held; the one that is held is plan`,
  ],
  [
    'on a plan of the longest id',
    HOLDING,
    { plan: 'x'.repeat(64) },
    `no plan ${'x'.repeat(64)} is held; the one that is held is plan`,
  ],
  ['without any state', undefined, { plan: 'plan' }, 'no plan plan is held; there is none at all'],
] as const) {
  test(`a decision ${what} is refused, and nothing is kept`, async () => {
    const { hurried, lines, decide, kept } = await start(stored);
    const before = kept();
    assert.deepEqual(await decide('approved', parameters), { result: 'refused', reason: 'RequestRefused', message });
    assert.deepEqual([kept(), hurried, lines], [before, [], []]);
  });
}

test('a plan of nobody knows which Runtime cannot be decided on', async () => {
  const { decide, kept } = await start(OF_NO_RUNTIME);
  assert.equal((await decide('approved', { plan: 'plan' })).result, 'refused');
  assert.equal(kept()?.decision, undefined);
});

test('while deletions are suspended nothing is approved, but rejected', async () => {
  const suspension: Suspension = { scope: 'deletes', since: 1, reason: 'a move', request: 'earlier' };
  const { hurried, decide, kept } = await start({ ...HOLDING, suspension });
  assert.deepEqual(await decide('approved', { plan: 'plan' }), {
    result: 'failed',
    reason: 'Suspended',
    message: 'deletions are suspended: a move; resume first, and approve then',
  });
  assert.deepEqual([kept()?.decision, hurried], [undefined, []]);
  assert.equal((await decide('rejected', { plan: 'plan' })).result, 'succeeded');
  assert.equal(kept()?.decision?.verdict, 'rejected');
});

test('a suspension whose time is over holds no approval back', async () => {
  const suspension: Suspension = { scope: 'all', since: 1, until: 2, request: 'earlier' };
  const { decide } = await start({ ...HOLDING, suspension });
  assert.equal((await decide('approved', { plan: 'plan' })).result, 'succeeded');
});

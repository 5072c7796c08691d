import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDeletions } from './deletions.ts';
import { checkPace } from './pace.ts';
import { checkQuiet } from './quiet.ts';
import { Story } from './story.ts';
import { wasListed } from './truth.ts';

const present = () => new Story().application('orders', 'o').application('billing', 'b').lists(['o', 'b']);

const A_MINUTE_MS = 60_001;

test('I5: a deletion by two complete listings a minute apart holds', () => {
  const story = present().lists(['b']).passes(A_MINUTE_MS).lists(['b']).deletesApplication('orders');
  assert.doesNotThrow(() => checkDeletions(story.told()));
});

const wrong: readonly (readonly [string, Story, RegExp])[] = [
  [
    'it is listed',
    present().passes(A_MINUTE_MS).lists(['o', 'b']).deletesApplication('orders'),
    /was in the last listing/,
  ],
  ['nothing was listed', new Story().application('orders', 'o').deletesApplication('orders'), /without a complete/],
  [
    'one listing is without it',
    present().passes(A_MINUTE_MS).lists(['b']).deletesApplication('orders'),
    /after one listing/,
  ],
  ['the listings are too near', present().lists(['b']).lists(['b']).deletesApplication('orders'), /after \d+ ms/],
  [
    'one of them was served to the sidecar before',
    present().lists(['b']).passes(A_MINUTE_MS).restarts().lists(['b']).deletesApplication('orders'),
    /after one listing/,
  ],
  [
    'the listings differ',
    present().lists(['b']).passes(A_MINUTE_MS).lists(['b', 'n']).deletesApplication('orders'),
    /after one listing/,
  ],
  [
    'it was listed between them',
    present().lists(['b']).passes(A_MINUTE_MS).lists(['o', 'b']).lists(['b']).deletesApplication('orders'),
    /after one listing/,
  ],
  [
    'a page of them is missing',
    present().lists(['b'], 2).passes(A_MINUTE_MS).lists(['b'], 2).deletesApplication('orders'),
    /was in the last listing/,
  ],
  [
    'it was listed before, and is made anew after it',
    present().passes(A_MINUTE_MS).deletesApplication('orders').application('orders', 'o'),
    /was in the last listing/,
  ],
  [
    'the listings that miss it come after it',
    present().deletesApplication('orders').lists(['b']).passes(A_MINUTE_MS).lists(['b']),
    /was in the last listing/,
  ],
];

for (const [why, story, what] of wrong) {
  test(`I5: an Application that is deleted is seen where ${why}`, () => {
    assert.throws(() => checkDeletions(story.told()), what);
  });
}

test('I5: the old name of a renamed Application may go', () => {
  assert.doesNotThrow(() => checkDeletions(present().application('sales', 'o').deletesApplication('orders').told()));
});

test('I5: a Secret that is deleted while an Application names it is seen', () => {
  const named = () => new Story().application('orders', 'o', 'orders-b');
  assert.throws(() => checkDeletions(named().deletesSecret('orders-b').told()), /I5: the Secret orders-b/);
  assert.doesNotThrow(() => checkDeletions(named().application('orders', 'o').deletesSecret('orders-b').told()));
});

test('I9: failures without a pause are seen, and those of a back-off are not', () => {
  const fails = (count: number, everyMs: number) => {
    const story = new Story();
    for (let at = 0; at < count; at += 1) story.passes(everyMs).asks('director', 'runtime', { outcome: 'refused' });
    return story.told();
  };
  assert.doesNotThrow(() => checkPace(fails(100, 500)));
  assert.throws(() => checkPace(fails(40, 100)), /I9: director runtime failed/);
});

test('I9: a token that is tried more often than twenty times is seen', () => {
  const tries = (count: number) => {
    const story = new Story();
    for (let at = 0; at < count; at += 1) story.passes(60_000).spends('one');
    return story.told();
  };
  assert.doesNotThrow(() => checkPace(tries(20)));
  assert.throws(() => checkPace(tries(21)), /I9: 21 tries/);
});

test('I11: an error as the last answer is no synchronization', () => {
  assert.ok(wasListed(present().told().requests));
  const failed = present().asks('director', 'applicationsForRuntime', { outcome: 'refused' });
  assert.ok(!wasListed(failed.told().requests));
});

const rest = () => present().passes(1_000).lists(['o', 'b']).passes(1_000).lists(['o', 'b']).passes(500);
const secret = '/api/v1/namespaces/kyma-system/secrets/orders';

test('I12: a write, or a line of the log, in a pass without anything to do is seen', () => {
  const next = (story: Story) => story.passes(500).lists(['o', 'b']).told();
  assert.throws(() => checkQuiet(next(rest().calls('PATCH', secret))), /I12: .* it wrote PATCH/);
  assert.throws(() => checkQuiet(next(rest().logs('info', 'again'))), /I12: .* it logged/);
  assert.doesNotThrow(() => checkQuiet(next(rest().logs('debug', 'a pass'))));
  assert.doesNotThrow(() => checkQuiet(next(rest().calls('PUT', '/apis/coordination.k8s.io/v1/leases/l'))));
});

test('I12: what follows from an input is no write without anything to do', () => {
  const next = (story: Story) => story.calls('PATCH', secret).passes(500).lists(['o', 'b']).told();
  assert.doesNotThrow(() => checkQuiet(next(rest().calls('PATCH', secret, { userAgent: 'compass-test' }))));
  assert.doesNotThrow(() => checkQuiet(next(rest().asks('director', 'runtime', { outcome: 'refused' }))));
  assert.doesNotThrow(() => checkQuiet(next(present().lists(['o', 'b', 'n']).lists(['o', 'b']).lists(['o', 'b']))));
});

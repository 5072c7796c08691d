import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SyncPlan } from '#common/sync/plan-document.ts';
import { decideCommands } from '../../../plugin/deletions/decide-command.ts';
import { diffDocument } from '../../../plugin/diff/document.ts';
import { formatSummary } from '../../../plugin/diff/summary.ts';
import { formatUnified } from '../../../plugin/diff/unified.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { assertGolden } from '../golden.ts';
import { HELD, NOTHING, NOW, PLAN, TORN } from './sample-plan.ts';

const PLANS: Readonly<Record<string, SyncPlan>> = { changes: PLAN, held: HELD, nothing: NOTHING, torn: TORN };
/** About the plan that the sidecar holds. */
const DECIDE = decideCommands(
  { connection: 'compass-connection', plan: '5f0c' },
  { clusterFlags: '--context prod-eu' },
);

const STYLES = {
  '': { paint: paint(false), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') },
  '.colour': { paint: paint(true), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') },
  '.ascii': { paint: paint(false), symbols: symbolsFor(true, {}, 'linux') },
} as const;

for (const [name, plan] of Object.entries(PLANS)) {
  for (const [suffix, style] of Object.entries(STYLES)) {
    test(`the diff of ${name}${suffix} looks as it should`, async () => {
      const file = (view: string) => new URL(`./golden/${name}.${view}${suffix}.txt`, import.meta.url);
      await assertGolden(file('unified'), formatUnified(plan, NOW, style, DECIDE));
      await assertGolden(file('summary'), formatSummary(plan, NOW, style, DECIDE));
    });
  }
}

test('nothing in a diff moves the cursor', () => {
  const text = formatUnified(PLAN, NOW, STYLES['']) + formatSummary(PLAN, NOW, STYLES['']);
  assert.doesNotMatch(text, /[^\P{Cc}\n]|\p{Cf}/u);
});

test('the login in a URL is not shown, and that it changed is', () => {
  const spec = (login: string) => ({ spec: { targetUrl: `https://${login}@erp.example/orders` } });
  const [entry] = PLAN.entries;
  assert.ok(entry);
  const plan = { ...PLAN, entries: [{ ...entry, before: spec('scott:one'), after: spec('scott:other') }] };
  const text = formatUnified(plan, NOW, STYLES['']);
  assert.match(text, /^-\s+targetUrl: https:\/\/\[sensitive\]@erp\.example\/orders$/m);
  assert.match(text, /^\+\s+targetUrl: https:\/\/\[sensitive\]@erp\.example\/orders$/m);
  assert.doesNotMatch(text, /scott/);
  const document = diffDocument(plan, { connection: 'c', source: 'sidecar', place: {}, now: NOW }, false);
  assert.match(
    JSON.stringify(document),
    /"before":\{"spec":\{"targetUrl":"https:\/\/\[sensitive\]@erp\.example\/orders"\}\}/,
  );
  assert.doesNotMatch(JSON.stringify(document), /scott/);
});

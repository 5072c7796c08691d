import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { REASONS } from '#common/errors.ts';
import type { Style } from '../../../plugin/command.ts';
import { COMMANDS } from '../../../plugin/commands.ts';
import { remediationOf } from '../../../plugin/failure.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { shellWords } from '../../../plugin/output/shell-words.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { parseCommandLine } from '../../../plugin/parse.ts';
import { formatDetails } from '../../../plugin/status/details.ts';
import type { ConnectionFacts } from '../../../plugin/status/facts.ts';
import { judge } from '../../../plugin/status/judge.ts';
import { statusRows } from '../../../plugin/status/screen.ts';
import { assertGolden } from '../golden.ts';
import { runHere } from '../run-plugin.ts';
import { condition, DEGRADED, HEALTHY, NOW } from '../sample-reports.ts';
import { factsOf, STATES } from './states.ts';

const PLAIN: Style = { paint: paint(false), symbols: symbolsFor(false, { LANG: 'en_US.UTF-8' }, 'linux') };
const COLOURED: Style = { ...PLAIN, paint: paint(true) };
const ASCII: Style = { ...PLAIN, symbols: symbolsFor(true, {}, 'linux') };

function screen(facts: ConnectionFacts, style: Style, width = 80): string {
  const rows = statusRows(facts, judge(facts, NOW), { ...style, now: NOW, width, context: 'prod-eu' });
  return `${rows.join('\n')}\n`;
}

for (const [state, facts] of Object.entries(STATES)) {
  describe(`the screen of a connection that is ${state}`, () => {
    test('is as it was agreed on', async () => {
      await assertGolden(new URL(`golden/${state}.txt`, import.meta.url), screen(facts, PLAIN));
    });

    test('is as it was agreed on in colour, where the words are the same', async () => {
      const coloured = screen(facts, COLOURED);
      await assertGolden(new URL(`golden/${state}.colour.txt`, import.meta.url), coloured);
      assert.equal(stripVTControlCharacters(coloured), screen(facts, PLAIN));
    });

    test('is as it was agreed on without Unicode', async () => {
      const text = screen(facts, ASCII);
      await assertGolden(new URL(`golden/${state}.ascii.txt`, import.meta.url), text);
      assert.match(text, /^[\n\x20-\x7e]*$/);
    });

    test('fits 24 rows of 80 columns', () => {
      for (const style of [PLAIN, ASCII]) {
        const rows = screen(facts, style).split('\n');
        assert.ok(rows.length <= 24, `${rows.length} rows`);
        for (const row of rows) assert.ok(row.length <= 80, row);
      }
    });

    test('is told everything with -o wide', async () => {
      await assertGolden(new URL(`golden/${state}.wide.txt`, import.meta.url), formatDetails(facts, NOW, PLAIN));
    });
  });
}

test('a request id is shown whole, or not at all', () => {
  for (const words of [8, 12, 15, 16, 17, 18, 30]) {
    const message = `the Connector answered ${'word '.repeat(words)}503`;
    const error = { reason: 'ConnectorUnavailable', message, requestId: '1ae04041-of-36-characters-and-more-5f' };
    const facts = { ...factsOf(HEALTHY), connector: { time: NOW, error } };
    const text = screen(facts, PLAIN);
    assert.match(text, /the Connector answered/);
    assert.equal(text.includes('x-request-id'), text.includes('1ae04041-of-36-characters-and-more-5f)'), text);
  }
});

test('a synchronization that is due comes now, and one that was due is not foretold', () => {
  const footer = (dueInMs: number) => screen({ ...factsOf(HEALTHY), nextSyncAt: NOW + dueInMs }, PLAIN);
  assert.match(footer(999), /Everything up to date\. Next sync now\.\n/);
  assert.match(footer(1_000), /Next sync in 1s\./);
  assert.match(footer(-1), /Everything up to date\.\n/);
});

test('no row of a healthy connection is wider than a narrow terminal', () => {
  for (const row of screen(factsOf(HEALTHY), PLAIN, 40).split('\n')) assert.ok(row.length <= 40, row);
});

/** The same state with another number of Applications. */
function withApplications(facts: ConnectionFacts, count: number): ConnectionFacts {
  if (!facts.sync || facts.sync.listed === undefined) return facts;
  const failedCount = facts.sync.failedCount ? Math.ceil(count / 3) : 0;
  const failed = Array.from({ length: Math.min(failedCount, 400) }, (_, i) => ({
    name: `application-${i}-${'long-'.repeat(18)}end`,
    reason: ['InvalidName', 'NameConflict', 'ForeignObject', 'ObjectTooLarge'][i % 4] ?? '',
    message: `it cannot be ${'because of this and that '.repeat(20)}`,
  }));
  const { held } = facts.sync;
  const counts = {
    listed: count,
    present: count,
    inSync: count - failedCount,
    secrets: count * 3,
    failedCount,
    failed,
  };
  return { ...facts, sync: { ...facts.sync, ...counts, ...(held ? { held: { ...held, count } } : {}) } };
}

for (const count of [1, 400, 5_000]) {
  test(`with ${count} Applications each state fits 24 rows of 80 columns, with flags in every command, too`, () => {
    const place = {
      clusterFlags: '--context admin@production-europe-west-1.example',
    };
    for (const [state, facts] of Object.entries(STATES)) {
      const many = withApplications(facts, count);
      for (const style of [PLAIN, ASCII]) {
        const options = { ...style, ...place, now: NOW, width: 80, context: 'prod-eu' };
        const rows = statusRows(many, judge(many, NOW, place), options);
        assert.ok(rows.length <= 23, `${state}: ${rows.length} rows\n${rows.join('\n')}`);
        for (const row of rows) assert.ok(row.length <= 80, row);
      }
    }
  });
}

/** Rights as they are missing, of the longest that are asked for. */
const RIGHTS = ['configmaps', 'leases.coordination.k8s.io', 'compassconnections.compass.kyma-project.io'].map(
  (resource) => ({ verb: 'list', resource, namespace: 'compass-system-of-production-europe-west-1' }),
);

const FLAGS = [
  undefined,
  '--context admin@production-europe-west-1.example',
  `--context ${'admin@production-europe-west-1.example '.repeat(3).trim().replaceAll(' ', '/')} --as ${'eva.'.repeat(20)}`,
];

for (const missing of [1, 2, 3]) {
  test(`with ${missing} rights missing, warnings and long flags each state fits 24 rows, and says of the rights`, () => {
    const notPermitted = RIGHTS.slice(0, missing);
    const warnings = [{ type: 'StartPace', message: `the sidecar starts too often ${'and again '.repeat(20)}` }];
    for (const [state, facts] of Object.entries(STATES)) {
      for (const clusterFlags of FLAGS) {
        for (const style of [PLAIN, ASCII]) {
          const many = { ...withApplications(facts, 5_000), notPermitted, warnings };
          const options = { ...style, clusterFlags, now: NOW, width: 80, context: 'prod-eu' };
          const rows = statusRows(many, judge(many, NOW, { clusterFlags }), options);
          const text = rows.join('\n');
          assert.ok(rows.length <= 23, `${state}: ${rows.length} rows\n${text}`);
          assert.match(text, /not permitted: (?:list|\d rights? (?:is|are) missing, which --details shows)/, state);
        }
      }
    }
  });
}

test('where no terminal shows it, nothing is cut: all problems, rights, warnings and names in full', () => {
  const warnings = ['StartPace', 'Other'].map((type) => ({ type, message: `${type} ${'word '.repeat(40)}end of it` }));
  for (const [state, facts] of Object.entries(STATES)) {
    const whole = { ...withApplications(facts, 5_000), notPermitted: RIGHTS, warnings };
    const judgement = judge(whole, NOW);
    const options = { ...PLAIN, now: NOW, width: 80, context: 'prod-eu', isWhole: true };
    const text = statusRows(whole, judgement, options).join(' ').replace(/\s+/g, ' ');
    assert.doesNotMatch(
      text.replace('(ForeignObject: …)', '').replace('(InvalidName: …)', ''),
      /…|--details shows/,
      state,
    );
    const texts = [...judgement.problems, ...warnings].map(({ message }) => message.replace(/\s+/g, ' ').trim());
    for (const message of texts) assert.ok(text.includes(message), `${state}: ${message}`);
    assert.equal(text.match(/kubectl auth can-i/g)?.length, RIGHTS.length, state);
    if (facts.runtimeId && facts.tenant) assert.match(text, /runtime \S+ \(k8s: prod-eu\) tenant /, state);
  }
});

test('the name of an Application is cut on the screen only, not in what programs read', () => {
  const name = `commerce-${'very-'.repeat(15)}long`;
  const failures = [{ name, id: '1', reason: 'InvalidName', message: 'it cannot be' }];
  const facts = factsOf({ ...DEGRADED, failures });
  assert.ok(judge(facts, NOW).problems.some(({ message }) => message.includes(JSON.stringify(name))));
  const text = screen(facts, PLAIN).replace(/\s+/g, ' ');
  assert.ok(text.includes(`"${name.slice(0, 40)}…"`), text);
});

test('every state names its cause and a next command, unless it is healthy', () => {
  for (const [state, facts] of Object.entries(STATES)) {
    const { verdict, problems } = judge(facts, NOW);
    const isFine = ['Healthy', 'Renewing', 'Connecting'].includes(verdict);
    assert.equal(problems.length === 0, isFine, state);
    if (!isFine) assert.match(screen(facts, PLAIN), /kubectl /, state);
  }
});

test('no screen names a command of ours that does not exist, and all of them parse', async () => {
  const place = { clusterFlags: "--kubeconfig '/my files/config' --server https://k8s:6443", namedNamespace: 'kyma' };
  const commands = Object.keys(REASONS).flatMap((reason): string[] => {
    const facts = factsOf({ ...HEALTHY, conditions: [condition('Connected', 'False', reason, 'it failed')] });
    const { problems, waysOut } = judge(facts, NOW, place);
    return [...problems.map(({ next }) => next), ...waysOut.map(({ command }) => command)];
  });
  const ours = commands.flatMap((text) => /kubectl compass .*/.exec(text)?.[0] ?? []);
  assert.ok(ours.length > 0);
  for (const command of ours) {
    const { entry, flags } = await parseCommandLine(shellWords(command).slice(2), COMMANDS);
    assert.ok(entry || flags.isOn('help'), command);
    // A help is the same in every cluster.
    if (entry && !flags.isOn('help'))
      assert.deepEqual([flags.text('namespace'), flags.text('kubeconfig')], ['kyma', '/my files/config']);
  }
});

test('the way to a token is one that can be typed as it stands', async () => {
  const conditions = [condition('Connected', 'False', 'TokenRequired', 'no token')];
  const [way] = judge(factsOf({ ...HEALTHY, conditions }), NOW).waysOut;
  const { code, stdout } = await runHere((remediationOf(way?.command ?? '').command ?? []).slice(2));
  assert.equal(code, 0);
  assert.match(stdout, /--director-url/);
});

test('text from Compass cannot move the cursor', () => {
  const facts = factsOf({
    ...DEGRADED,
    failures: [{ name: 'a\u001b[2J', id: '1', reason: 'InvalidName', message: 'b\rc\u0007\u202e' }],
  });
  const wide = formatDetails(facts, NOW, PLAIN);
  for (const text of [screen(facts, PLAIN), wide]) assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REASONS } from '#common/errors.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { findEntries } from '../../plugin/explain/find.ts';
import { parseCommandLine } from '../../plugin/parse.ts';
import { compassArguments } from '../plugin/shell-words.ts';
import { readFromRoot } from '../repository/tracked-files.ts';
import { ALERTS, DASHBOARD, EXPRESSIONS } from './monitoring-files.ts';
import { readQuery } from './promql.ts';

/** The labels that an alert has by its expression: those that it is grouped by, or those of its target. */
function labelsOf(expression: string): readonly string[] {
  const [, grouped] = /^(?:time\(\) - )?(?:max|min|sum) by \(([^)]*)\)/.exec(expression) ?? [];
  if (grouped !== undefined) return grouped.split(', ');
  return expression.startsWith('absent(') ? [] : ['namespace', 'pod'];
}

/** The words in a place of an expression where reasons stand. */
function reasonsIn(alert: string, operator: string): readonly string[] {
  const { expr = '' } = ALERTS.find((each) => each.alert === alert) ?? {};
  const [selector] = readQuery(expr).selectors;
  const matcher = selector?.matchers.find((each) => each.label === 'reason' && each.operator === operator);
  return matcher?.value.split('|') ?? [];
}

/** The values that an expression gives the label `type`. */
function typesIn(expression: string): readonly string[] {
  return /type=~"([^"]+)"/.exec(expression)?.[1]?.split('|') ?? [];
}

/** That a command is one of ours, whatever Prometheus puts into it. */
async function assertParses(command: string): Promise<void> {
  const line = command.replaceAll(/\{\{ \$labels\.\w+ \}\}/g, 'x');
  const { entry } = await parseCommandLine(compassArguments(line), COMMANDS);
  assert.ok(entry, command);
}

describe('the alerts', () => {
  test('have names of their own', () => {
    const names = ALERTS.map(({ alert }) => alert);
    assert.deepEqual(names, [...new Set(names)]);
  });

  for (const { alert, expr, labels, annotations } of ALERTS) {
    test(`${alert} says how bad it is, what it is, what to run and what explains it`, async () => {
      assert.ok(['critical', 'warning', 'info'].includes(labels['severity'] ?? ''));
      assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook']);
      const { summary = '', description = '', runbook = '' } = annotations;
      assert.ok(summary.length <= 120, summary);
      assert.match(description, /\.$/);
      const [command = '', explained = '', ...others] = runbook.split('; ');
      assert.deepEqual(others, []);
      for (const each of [command, explained]) await assertParses(each);
      const [, word = ''] = /^kubectl compass explain (.+)$/.exec(explained) ?? [];
      for (const subject of word === '{{ $labels.type }}' ? typesIn(expr) : [word]) {
        assert.ok(findEntries(subject).length > 0, subject);
      }
    });

    test(`${alert} names labels that it has`, () => {
      const named = [
        ...Object.values(annotations)
          .join()
          .matchAll(/\$labels\.(\w+)/g),
      ].map(([, label = '']) => label);
      for (const label of named) assert.ok(labelsOf(expr).includes(label), label);
    });
  }

  test('stand in docs/monitoring.md, in their order and words', async () => {
    const rows = ALERTS.map(({ alert, labels, annotations, ...rule }) => {
      return `| \`${alert}\` | ${labels['severity']} | ${rule.for ?? 'at once'} | ${annotations['description']} |`;
    });
    const table = ['| alert | how bad | after | means |', '|---|---|---|---|', ...rows, ''].join('\n');
    assert.ok((await readFromRoot('docs/monitoring.md')).includes(`\n${table}`), `it has to have\n${table}`);
  });

  test('ask for a token where nothing else helps, and for nothing where somebody disconnected', () => {
    const { next } = REASONS.TokenRequired;
    const wanting = Object.entries(REASONS).flatMap(([reason, row]) => (row.next === next ? [reason] : []));
    assert.deepEqual(
      reasonsIn('CompassTokenRequired', '=~').toSorted(),
      wanting.filter((reason) => reason !== 'Disconnected').toSorted(),
    );
    assert.deepEqual(reasonsIn('CompassNotConnected', '!~').toSorted(), wanting.toSorted());
  });
});

describe('the expressions', () => {
  for (const [index, { where, expression }] of EXPRESSIONS.entries()) {
    test(`${index} of "${where}" are PromQL`, () => {
      assert.ok(readQuery(expression).selectors.length > 0);
    });
  }

  test('what is no PromQL is told with its place', () => {
    assert.throws(() => readQuery('sum by (namespace (compass_leader)'), /no PromQL at/);
    assert.throws(() => readQuery('compass_leader =='), /no PromQL at/);
  });
});

describe('the dashboard', () => {
  test('has panels that do not lie on each other, in the 24 columns that there are', () => {
    const cells = DASHBOARD.panels.flatMap(({ gridPos: { x, y, w, h } }) => {
      assert.ok(x + w <= 24);
      return Array.from({ length: w * h }, (_, i) => `${x + (i % w)}/${y + Math.floor(i / w)}`);
    });
    assert.equal(new Set(cells).size, cells.length);
  });

  test('says in each panel what it shows, and of which namespaces', () => {
    const shown = DASHBOARD.panels.filter(({ type }) => type !== 'row');
    for (const { title, description = '', targets = [] } of shown) {
      assert.match(description, /\.$/, title);
      assert.ok(targets.length > 0, title);
      for (const { expr } of targets) assert.match(expr, /namespace=~"\$namespace"/, title);
    }
    assert.deepEqual(
      DASHBOARD.templating.list.map(({ name }) => name),
      ['datasource', 'namespace'],
    );
  });
});

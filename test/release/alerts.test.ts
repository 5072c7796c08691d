import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { ALERTS, RULES } from '../monitoring/monitoring-files.ts';
import { HEALTHY_WORLD, NO_TROUBLE, SCENARIOS, type Series } from '../monitoring/scenarios.ts';
import { goProgram, PROMTOOL } from './go-program.ts';

const promtool = goProgram(PROMTOOL);
const skip = 'missing' in promtool && promtool.missing;

const folder = await mkdtemp(join(tmpdir(), 'compass-alerts-'));
after(() => rm(folder, { recursive: true }));

/** What is expected of one alert at one time. */
interface Expected {
  readonly eval_time: string;
  readonly alertname: string;
  readonly exp_alerts: readonly { readonly exp_labels: Readonly<Record<string, string>> }[];
}

/** promtool compares annotations word by word; what they say is for other tests. */
const BARE_RULES = {
  groups: RULES.groups.map(({ name, rules }) => ({
    name,
    rules: rules.map(({ annotations: _, ...rule }) => rule),
  })),
};

async function runPromtool(...args: readonly string[]): Promise<void> {
  assert.ok('path' in promtool);
  await promisify(execFile)(promtool.path, args);
}

async function written(name: string, content: object): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, JSON.stringify(content));
  return file;
}

/** Has promtool evaluate the rules over the healthy world with `series` in it. Throws where it is not as expected. */
async function evaluate(series: Series, expected: readonly Expected[]): Promise<void> {
  const all = Object.entries({ ...HEALTHY_WORLD, ...series }).filter(([, values]) => values !== '');
  await runPromtool(
    'test',
    'rules',
    await written('tests.json', {
      rule_files: [await written('bare-rules.json', BARE_RULES)],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: all.map(([name, values]) => ({ series: name, values })),
          alert_rule_test: expected,
        },
      ],
    }),
  );
}

function quietAt(time: string, alert: string): Expected {
  return { eval_time: time, alertname: alert, exp_alerts: [] };
}

describe('the alerts in Prometheus', { skip }, () => {
  test('are rules that it takes', async () => {
    await runPromtool('check', 'rules', await written('rules.json', RULES));
  });

  test('are quiet while all is well, whatever a replica says that led once', async () => {
    const times = ['1m', '20m', '70m', '490m', '1450m'];
    await evaluate(
      {},
      ALERTS.flatMap(({ alert }) => times.map((time) => quietAt(time, alert))),
    );
  });

  test('are each brought about by something', () => {
    const names = SCENARIOS.map(({ alert }) => alert);
    assert.deepEqual(
      names,
      ALERTS.map(({ alert }) => alert),
    );
  });

  for (const { alert, series, at, labels } of SCENARIOS) {
    test(`${alert} is raised after ${at}, and not before its time`, async () => {
      const rule = ALERTS.find((each) => each.alert === alert);
      assert.ok(rule);
      const raised = { exp_labels: { ...labels, ...rule.labels } };
      await evaluate(series, [
        ...(rule.for === undefined ? [] : [quietAt('1m', alert)]),
        { eval_time: at, alertname: alert, exp_alerts: [raised] },
      ]);
    });
  }

  for (const { why, alert, series } of NO_TROUBLE) {
    test(`${alert} is not raised: ${why}`, async () => {
      await evaluate(
        series,
        ['70m', '490m'].map((time) => quietAt(time, alert)),
      );
    });
  }
});

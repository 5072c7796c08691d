import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { isReason } from '#common/errors.ts';
import { requestAnnotation } from '#common/resources/requests.ts';
import { isOwnCondition } from '../../sidecar/status/conditions.ts';
import { until } from '../cluster/until.ts';
import { portOf, probe, startReader } from '../journeys/neighbour-steps.ts';
import { CONNECTION, startWorld } from '../journeys/world.ts';
import { readFromRoot } from '../repository/tracked-files.ts';
import { memoryFolder } from '../sidecar/neighbours/memory-folder.ts';
import { ask, whoAmI } from '../sidecar/neighbours/proxy-world.ts';
import { type Family, familyOf, readExposition } from './exposition.ts';
import { EXPRESSIONS } from './monitoring-files.ts';
import { type Matcher, readQuery } from './promql.ts';

/** What a scrape adds: the PodMonitor by the operator, others by relabelling. */
const OF_TARGETS = ['namespace', 'pod', 'job', 'instance'];

/** What a whole sidecar exposes that has seen everything, with neighbours beside it; and what a reader does. */
async function scrape(t: TestContext) {
  const world = await startWorld(t);
  await world.configure();
  const { simulator } = world;
  simulator.landscape.createApplication({ name: 'orders' });
  simulator.landscape.createApplication({ name: 'Not A Name' });
  const beside = { APP_DIRECTOR_PROXY_PORT: '0', APP_CREDENTIALS_NOTIFY_URL: 'http://127.0.0.1:9/changed' };
  const sidecar = world.start({ ...beside, APP_CREDENTIALS_FOLDER: memoryFolder(t) });
  await world.reaches('ResourceApplicationFailed');
  const suspend = `1;scope=deletes;until=2100-01-01T00:00:00Z`;
  const metadata = { annotations: { [requestAnnotation('suspend')]: suspend } };
  await world.cluster.cluster.mergePatch(CONNECTION, { metadata, spec: { refreshCredentialsNow: true } });
  const reader = (await startReader(t, world, beside)).start();
  const told = await Promise.all(
    [sidecar, reader].map(async (each) => {
      const port = await portOf(each, /Director proxy listens/, 'port');
      await until('the proxy answers', async () => (await ask(port, { body: whoAmI(simulator) })).status === 200);
      return each;
    }),
  );
  return until('all of it is measured', async () => {
    const texts = await Promise.all(told.map(async (each) => (await probe(each, '/metrics')).text));
    const [whole = [], read = []] = texts.map(readExposition);
    const isSuspended = texts[0]?.includes('compass_suspended_until_timestamp_seconds 4102444800');
    const isNotified = texts.every((text) => text.includes('compass_neighbours_notifications_total{'));
    const isRenewed = texts[0]?.includes('target="connector-mtls"');
    return isSuspended && isNotified && isRenewed && { whole, read };
  });
}

/** The values that a matcher names; none where it is no list of words. */
function words({ operator, value }: Matcher): readonly string[] {
  return operator.startsWith('=') && /^[\w|-]+$/.test(value) ? value.split('|') : [];
}

/** Whether a label can have a value: it had, or it belongs to a closed list of which this world has shown a part. */
function canBe(family: Family, label: string, value: string): boolean {
  if (family.labels.get(label)?.has(value)) return true;
  if (family.name !== 'compass_condition') return false;
  if (label === 'reason') return isReason(value);
  return label === 'type' ? isOwnCondition(value) : ['True', 'False', 'Unknown'].includes(value);
}

function misused(expression: string, families: readonly Family[]): string[] {
  const { selectors, groupings } = readQuery(expression);
  const known = selectors.flatMap(({ metric }) => [...(familyOf(metric, families)?.labels.keys() ?? [])]);
  return [
    ...selectors.flatMap(({ metric, matchers }) => {
      const family = familyOf(metric, families);
      if (!family) return [`${metric} is not exposed`];
      const own = matchers.filter(({ label }) => !OF_TARGETS.includes(label));
      return own.flatMap((matcher) => {
        if (!family.labels.has(matcher.label)) return [`${metric} has no label ${matcher.label}`];
        const never = words(matcher).filter((word) => !canBe(family, matcher.label, word));
        return never.map((word) => `${metric} has no ${matcher.label} ${word}`);
      });
    }),
    ...groupings
      .filter((label) => ![...OF_TARGETS, 'le', ...known].includes(label))
      .map((label) => `no label ${label}`),
  ];
}

/** The table of docs/monitoring.md for what is exposed. */
function tableOf(families: readonly Family[], read: readonly Family[]): string {
  const sorted = families.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const rows = sorted.map(({ name, type, labels, help }) => {
    const own = [...labels.keys()].filter((label) => label !== 'le').map((label) => `\`${label}\``);
    const where = read.some((each) => each.name === name) ? 'all' : 'whole';
    return `| \`${name}\` | ${type} | ${own.join(', ')} | ${where} | ${help} |`;
  });
  return ['| metric | type | labels | of | says |', '|---|---|---|---|---|', ...rows, ''].join('\n');
}

test('rules, dashboard and documents are about what the sidecar exposes', async (t) => {
  const { whole, read } = await scrape(t);
  await t.test('every metric, label and value of an expression', () => {
    const wrong = EXPRESSIONS.flatMap(({ where, expression }) =>
      misused(expression, whole).map((why) => `${where}: ${why}`),
    );
    assert.deepEqual(wrong, []);
  });
  await t.test('what is misspelt is found', () => {
    for (const [expression, why] of [
      ['compass_leaders == 1', 'compass_leaders is not exposed'],
      ['compass_suspended{scopes="all"}', 'compass_suspended has no label scopes'],
      ['compass_suspended{scope="al"}', 'compass_suspended has no scope al'],
      ['compass_condition{reason=~"TokenRequired|Tokenrefused"}', 'compass_condition has no reason Tokenrefused'],
      ['sum by (name) (compass_leader)', 'no label name'],
    ] as const) {
      assert.deepEqual(misused(expression, whole), [why]);
    }
  });
  await t.test('what a reader exposes means what it means elsewhere', () => {
    for (const family of read) {
      const same = whole.find(({ name }) => name === family.name);
      assert.deepEqual([same?.type, same?.help], [family.type, family.help], family.name);
    }
  });
  await t.test('the table of metrics in docs/monitoring.md', async () => {
    const document = await readFromRoot('docs/monitoring.md');
    const table = tableOf(whole, read);
    assert.ok(document.includes(`\n${table}`), `docs/monitoring.md has to have\n${table}`);
  });
});

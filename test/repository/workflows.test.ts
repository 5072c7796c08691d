import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readFromRoot } from './tracked-files.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly 'runs-on': string;
        readonly 'timeout-minutes'?: number;
        readonly permissions?: Readonly<Record<string, string>>;
        readonly steps: readonly Step[];
      }
    >
  >;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const files = await Promise.all(
  globSync('.github/workflows/*', { cwd: ROOT }).map(async (path) => {
    const text = await readFromRoot(path);
    return { path, text, workflow: parse(text, { strict: true, uniqueKeys: true }) as Workflow };
  }),
);
const jobs = files.flatMap(({ path, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ ...job, place: `${path}: ${name}` })),
);
const steps = jobs.flatMap((job) => job.steps.map((step) => ({ ...step, place: job.place })));

/** GitHub's own, at a commit. */
const OWN_ACTION = /^actions\/[\w-]+@[0-9a-f]{40}$/;

test('there are workflows for checks, releases and kind, each marked at its head as not run here', () => {
  assert.deepEqual(files.map(({ path }) => path).toSorted(), [
    '.github/workflows/check.yml',
    '.github/workflows/e2e-kind.yml',
    '.github/workflows/release.yml',
  ]);
  for (const { path, text } of files) assert.match(text, /^# Not run here: /, path);
});

test("workflows use GitHub's own actions alone, at a commit, with the version beside it", () => {
  const foreign = steps.flatMap(({ uses, place }) => (uses && !OWN_ACTION.test(uses) ? [`${place}: ${uses}`] : []));
  assert.deepEqual(foreign, []);
  const commits = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    for (const [line, action = '', commit = ''] of text.matchAll(/uses: ([\w/-]+)@(\S+).*/g)) {
      assert.match(line, / # v\d+\.\d+\.\d+$/, `${path}: ${line}`);
      commits.set(action, (commits.get(action) ?? new Set()).add(commit));
    }
  }
  for (const [action, found] of commits) assert.equal(found.size, 1, `${action} is pinned to ${[...found].join(', ')}`);
});

test('a workflow may read, and a job that may write says so itself', () => {
  for (const { path, workflow } of files) assert.deepEqual(workflow.permissions, { contents: 'read' }, path);
  const writing = jobs.filter(({ permissions = {} }) => Object.values(permissions).includes('write'));
  assert.deepEqual(
    writing.map(({ place }) => place),
    ['.github/workflows/release.yml: publish', '.github/workflows/release.yml: npm'],
  );
  // code of dependencies runs nowhere with such a right
  for (const { place, steps: own } of writing) {
    assert.ok(!own.some(({ run }) => /\bnpm (?:ci|install|run|exec)\b|\bnpx\b/.test(run ?? '')), place);
  }
});

test('every job ends by itself, and every step does one thing', () => {
  for (const { place, 'timeout-minutes': minutes } of jobs) assert.ok(minutes && minutes <= 60, place);
  for (const { place, uses, run } of steps) assert.notEqual(uses === undefined, run === undefined, place);
});

test('every npm script that a workflow runs is there, and nothing runs while packages are installed', async () => {
  const { scripts } = JSON.parse(await readFromRoot('package.json')) as { readonly scripts: Record<string, string> };
  const commands = steps.flatMap(({ run = '', place }) => run.split('\n').map((line) => ({ line, place })));
  const named = commands.flatMap(({ line, place }) =>
    [...line.matchAll(/\bnpm (?:run ([\w:-]+)|(test))\b/g)].map(([, script = 'test']) => ({ script, place })),
  );
  assert.ok(named.length >= 5);
  assert.deepEqual(
    named.filter(({ script }) => !(script in scripts)),
    [],
  );
  for (const { line, place } of commands.filter((command) => /\bnpm ci\b/.test(command.line))) {
    assert.match(line, /--ignore-scripts/, place);
  }
});

test('no step takes a word of somebody else into a shell', () => {
  const expanded = steps.filter(({ run = '' }) => run.includes('${{'));
  assert.deepEqual(expanded, []);
});

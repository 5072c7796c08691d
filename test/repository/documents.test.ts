import assert from 'node:assert/strict';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { readFromRoot, readTrackedFiles, type TrackedFile } from './tracked-files.ts';

const files = await readTrackedFiles();
const paths = files?.map(({ path }) => path) ?? [];
const documents = files?.filter(({ path }) => path.endsWith('.md')) ?? [];
const skip = files === undefined ? 'this copy has no git, which knows the files' : false;

function mentions(pattern: RegExp, broken: (mention: string, document: TrackedFile) => boolean): string[] {
  return documents.flatMap((document) =>
    [...document.text.matchAll(pattern)]
      .map(([, mention = '']) => mention)
      .filter((mention) => broken(mention, document))
      .map((mention) => `${document.path}: ${mention}`),
  );
}

/** Files and folders, by their path or the end of it. */
function isThere(mention: string): boolean {
  const place = mention.replace(/\/$/, '');
  return paths.some((path) => `/${path}`.endsWith(`/${place}`) || `/${path}`.includes(`/${place}/`));
}

test('every link in a document leads somewhere', { skip }, () => {
  const broken = mentions(
    /\]\(([^)#:]+)(?:#[^)]*)?\)/g,
    (link, { path }) => !isThere(normalize(join(dirname(path), link))),
  );
  assert.deepEqual(broken, []);
});

test('every file and folder that a document names is there', { skip }, () => {
  const named = /`((?:[\w.-]+\/)*[\w-]+\.(?:ts|yaml)|(?:plugin|sidecar|common|test|docs|\.scripts|\.ci)\/[\w./-]*)`/g;
  assert.deepEqual(
    mentions(named, (place) => !isThere(place)),
    [],
  );
});

/** Documents that the build writes into dist/. */
const BUILT = ['NOTES.md'];

test('every document that a source names is there', { skip }, () => {
  const sources = files?.filter(({ path }) => /\.(?:ts|yaml)$|^\.(?:ci|scripts)\//.test(path)) ?? [];
  const found = sources.flatMap(({ path, text }) =>
    [...text.replace(/https?:\/\/\S+/g, '').matchAll(/[\w-]+\.md\b/g)]
      .filter(([name]) => !BUILT.includes(name) && !isThere(name))
      .map(([name]) => `${path}: ${name}`),
  );
  assert.deepEqual(found, []);
});

test('every npm script that a document names is there', { skip }, async () => {
  const { scripts } = JSON.parse(await readFromRoot('package.json')) as { readonly scripts: Record<string, string> };
  assert.deepEqual(
    mentions(/npm run ([\w:-]+)/g, (script) => !(script in scripts)),
    [],
  );
});

test('the architecture fits on a few screens, a decision on one', { skip }, () => {
  const lines = (text: string) => text.split('\n').length;
  const limits = documents.flatMap(({ path, text }) => {
    const limit = path === 'ARCHITECTURE.md' ? 150 : path.startsWith('docs/adr/') ? 45 : Number.POSITIVE_INFINITY;
    return lines(text) > limit ? [`${path}: ${lines(text)} lines`] : [];
  });
  assert.deepEqual(limits, []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { hasReason } from '#common/errors.ts';
import { bindingObjects } from '../../../plugin/inject/bindings.ts';
import { ejectText, injectText } from '../../../plugin/inject/manifest/change-text.ts';
import type { ManifestWorkload } from '../../../plugin/inject/manifest/workloads.ts';
import { manifests } from './sample-manifests.ts';
import { SAMPLE_SETTINGS } from './sample-settings.ts';

const NATIVE = { ...SAMPLE_SETTINGS, native: true };
const bindings = ({ namespace = 'shop' }: ManifestWorkload) =>
  bindingObjects(SAMPLE_SETTINGS, { namespace, name: 'orders' });

/** The values of all documents, as another parser reads them. */
function valuesOf(text: string): unknown[] {
  return parseAllDocuments(text.replace(/^\ufeff/, ''), { uniqueKeys: false, logLevel: 'silent' }).map((document) =>
    document.toJS({ maxAliasCount: -1 }),
  );
}

test('eject gives back the bytes of every manifest that inject has changed', () => {
  let changed = 0;
  const roundTrip = fc.property(manifests, fc.boolean(), fc.boolean(), (text, native, withBindings) => {
    const settings = native ? NATIVE : SAMPLE_SETTINGS;
    const injected = injectText(text, 'it', settings, withBindings ? bindings : undefined);
    assert.equal(ejectText(injected.text, 'it').text, text);
    const again = injectText(injected.text, 'it', settings, withBindings ? bindings : undefined);
    assert.equal(again.text, injected.text);
    const other = injectText(injected.text, 'it', { ...settings, image: 'other', fileMode: '0444' });
    assert.equal(ejectText(other.text, 'it').text, text);
    if (injected.workloads.length > 0) changed += 1;
    assert.equal(injected.text === text, injected.workloads.length === 0);
  });
  fc.assert(roundTrip, { numRuns: 400 });
  assert.ok(changed > 200, `only ${changed} manifests had a workload`);
});

test('another parser reads in an injected manifest what was there, and the sidecar', () => {
  const reads = fc.property(manifests, (text) => {
    const injected = injectText(text, 'it', SAMPLE_SETTINGS);
    const [before, after] = [valuesOf(text), valuesOf(injected.text)];
    assert.equal(after.length, before.length);
    const count = JSON.stringify(after).split('"name":"compass-sidecar"').length - 1;
    assert.equal(count, injected.workloads.length);
    after.forEach((value, i) => {
      if (!JSON.stringify(value).includes('compass-sidecar')) assert.deepEqual(value, before[i]);
    });
  });
  fc.assert(reads, { numRuns: 200 });
});

const PLAIN = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders # theirs
spec:
  template:
    spec:
      # the one
      containers:
        - name: app
          image: app:1
      # the end
  selector: {}
`;

test('what is added stands with what it belongs to, and comments stay where they are', () => {
  const { text } = injectText(PLAIN, 'it', { ...NATIVE, fileMode: '0444' });
  const lines = text.split('\n');
  assert.ok(lines.indexOf('      # the one') < lines.indexOf('      containers:'));
  assert.equal(lines[lines.indexOf('          image: app:1') + 1], '          volumeMounts:');
  assert.match(text, /\n {8}- name: compass-sidecar\n {10}image: compass-sidecar:0\.1\.0\n/);
  assert.equal(
    lines.filter((line) => !PLAIN.split('\n').includes(line)).length,
    lines.length - PLAIN.split('\n').length,
  );
});

test('a manifest that was changed after inject keeps these changes at eject', () => {
  const { text } = injectText(PLAIN, 'it', SAMPLE_SETTINGS);
  const edited = text.replace('app:1', 'app:2').replace('  selector: {}', '  selector: {a: b}\n  replicas: 3');
  const expected = PLAIN.replace('app:1', 'app:2').replace('  selector: {}', '  selector: {a: b}\n  replicas: 3');
  assert.equal(ejectText(edited, 'it').text, expected);
  const volume = '      volumes:\n        - name: theirs\n          emptyDir: {}\n';
  const more = text.replace('      volumes:\n', volume);
  assert.match(ejectText(more, 'it').text, /volumes:\n {8}- name: theirs\n {10}emptyDir: \{\}\n {6}# the end/);
});

test('a document that somebody appended behind a Role stays a document of its own', () => {
  for (const lineEnd of ['\n', '\r\n']) {
    const text = PLAIN.trimEnd().replaceAll('\n', lineEnd);
    const injected = injectText(text, 'a.yaml', SAMPLE_SETTINGS, bindings).text;
    const more = `---${lineEnd}kind: More${lineEnd}`;
    assert.equal(ejectText(injected, 'a.yaml').text, text);
    assert.equal(ejectText(injected + more, 'a.yaml').text, text + lineEnd + more);
  }
});

test('what kubectl prints of an injected workload can be ejected, too', () => {
  const { text } = injectText(PLAIN, 'it', SAMPLE_SETTINGS);
  const printed = JSON.stringify(valuesOf(text)[0], undefined, 4);
  assert.deepEqual(valuesOf(ejectText(printed, 'it').text), valuesOf(PLAIN));
});

test('a template that shares its parts is refused, and so is what is no YAML', () => {
  const cases: readonly (readonly [string, 'ConfigurationBlocked' | 'Usage', RegExp])[] = [
    [
      PLAIN.replace('spec:\n      # the one', 'spec: &s\n      # the one').replace('{}', '*s'),
      'ConfigurationBlocked',
      /aliases/,
    ],
    [PLAIN.replace('- name: app', '- <<: {a: b}\n          name: app'), 'ConfigurationBlocked', /aliases/],
    [PLAIN.replace('template:', 'x: &t {spec: {}}\n  template: *t\n  y:'), 'Usage', /no Pod template/],
    [PLAIN.replace('  selector: {}', '  selector: {a: ".Values'), 'Usage', /no YAML in line 1\d/],
    ['a: [1', 'Usage', /no YAML/],
    ['password: !canary!x', 'Usage', /no YAML in line 1: undeclared tag handle$/],
    [
      PLAIN.replace('name: app', 'name: compass-sidecar'),
      'ConfigurationBlocked',
      /Deployment orders: there is a container/,
    ],
    [PLAIN.replace(/containers:[^#]*/, 'containers: []\n'), 'ConfigurationBlocked', /has no containers/],
  ];
  for (const [text, reason, message] of cases) {
    const isRefusal = (error: unknown) =>
      hasReason(error, reason) && message.test(error.message) && !/\.Values|canary/.test(error.message);
    assert.throws(() => injectText(text, 'it', SAMPLE_SETTINGS), isRefusal, text);
  }
});

test('manifests without a workload are not touched', () => {
  for (const text of [
    '',
    '\n',
    '# only this',
    '{}',
    '--- \n...\n',
    'kind: CronJob\napiVersion: batch/v1\n',
    '[]',
    'null',
  ]) {
    const { text: injected, workloads } = injectText(text, 'it', SAMPLE_SETTINGS, bindings);
    assert.deepEqual([injected, workloads], [text, []]);
    assert.equal(ejectText(text, 'it').text, text);
  }
});

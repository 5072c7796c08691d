import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { dump, load } from 'js-yaml';
import { readPlainYaml } from '#common/cluster/plain-yaml.ts';

const KUBECTL = `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: LS0tLS1CRUdJTi0=
    server: https://127.0.0.1:6443
  name: prod-eu
contexts:
- context:
    cluster: prod-eu
    user: admin@prod-eu
    namespace: "kyma-system"
  name: prod-eu
current-context: prod-eu
kind: Config
preferences: {}
users:
- name: admin@prod-eu
  user:
    as-groups:
    - system:masters
    - it's
    insecure-skip-tls-verify: false
    exec:
      # how to log in
      args: []
      command: /usr/bin/login
      env: null
`;

describe('a YAML text', () => {
  test('as kubectl writes a kubeconfig is read as any parser reads it', () => {
    const text = KUBECTL.replace("    - it's\n", '').replace('      env: null\n', '      env:\n');
    assert.deepEqual(readPlainYaml(text), load(text));
    assert.deepEqual(readPlainYaml(text.replaceAll('\n', '\r\n')), load(text));
  });

  test('that is JSON is read as such', () => {
    assert.deepEqual(readPlainYaml('{"a": [1, "b"]}'), { a: [1, 'b'] });
  });

  for (const text of [
    KUBECTL,
    'a: |\n  b\n',
    'a: &b c\n',
    'a: b: c\n',
    'a: {b: c}\n',
    'a: 12\n',
    'a: 0x1f\n',
    'a: 2024-01-01\n',
    'a: .inf\n',
    'a: yes\n',
    'a: ~\n',
    'a: "b\\n"\n',
    "a: 'it''s'\n",
    'a: b\n  c\n',
    'a: b\na: c\n',
    'a: b\n c: d\n',
    'a:\n  b: c\n d: e\n',
    'a: b # c\n',
    '"a": b\n',
    '---\na: b\n',
    '\ta: b\n',
    '- a\n- - b\n',
  ]) {
    test(`with more than that is left to a whole parser: ${JSON.stringify(text.slice(-24))}`, () => {
      assert.equal(readPlainYaml(text), undefined);
    });
  }

  test('is never read in another way than by a whole parser', () => {
    const word = fc.oneof(fc.string(), fc.stringMatching(/^[\w.:/+=@ -]{0,12}$/), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        word,
        fc.array(tie('value')),
        fc.dictionary(fc.string({ maxLength: 6 }), tie('value')),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[\w.-]{1,8}$/), value), fc.boolean(), (document, seqNoIndent) => {
        const text = dump(document, { seqNoIndent, lineWidth: -1, noRefs: true });
        const found = readPlainYaml(text);
        if (found !== undefined) assert.deepEqual(found, load(text));
      }),
      { numRuns: 500 },
    );
  });

  test('of hundreds of thousands of lines takes no longer for each', () => {
    const text = (lines: number) => `a:\n${'- name: b\n'.repeat(lines)}`;
    const startMs = performance.now();
    assert.equal((readPlainYaml(text(400_000)) as { a: unknown[] }).a.length, 400_000);
    assert.ok(performance.now() - startMs < 10_000);
  });
});

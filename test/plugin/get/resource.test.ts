import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAsked } from '../../../plugin/get/resource.ts';
import { runHere } from '../run-plugin.ts';

test('a type is read as kubectl reads one: in singular, in capitals, as -o name prints it', () => {
  for (const [words, type, names] of [
    [['apps'], 'apps', []],
    [['Application', 'shop', 'carts'], 'apps', ['shop', 'carts']],
    [['app/shop', 'apps/carts'], 'apps', ['shop', 'carts']],
    [['applications.applicationconnector.kyma-project.io/shop'], 'apps', ['shop']],
    [['secret/a/b'], 'secrets', ['a/b']],
  ] as const)
    assert.deepEqual(readAsked(words), { type, names });
});

test('a type that there is not is answered with those that there are, and with the one that was meant', async () => {
  const types = 'get lists apps, bundles, apis, events or secrets';
  for (const [typed, says] of [
    ['ap', `there is no type "ap": ${types}; did you mean apps?`],
    ['appplications', `there is no type "appplications": ${types}; did you mean apps?`],
    ['bundels', `there is no type "bundels": ${types}; did you mean bundles?`],
    ['scret/shop', `there is no type "scret": ${types}; did you mean secrets?`],
    ['pods', `there is no type "pods": ${types}\n`],
  ] as const) {
    const { code, stderr } = await runHere(['get', typed], { KUBECONFIG: '/nowhere' });
    assert.equal(code, 2, typed);
    assert.ok(stderr.startsWith(`error: ${says}`), stderr);
  }
});

test('names of more than one type, and a type without a name behind its slash, are refused', async () => {
  for (const words of [['app/shop', 'secret/x'], ['app/']]) {
    const { code, stderr } = await runHere(['get', ...words], { KUBECONFIG: '/nowhere' });
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, /write TYPE NAME…, or TYPE\/NAME… of one type/);
  }
});

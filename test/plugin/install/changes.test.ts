import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changesBetween } from '../../../plugin/install/changes.ts';

const PASSWORD = /eva|cr3t/;

function container(env: readonly object[]) {
  return { spec: { containers: [{ name: 'sidecar', image: 'registry.example.com/sidecar@sha256:0a', env }] } };
}

test('the password of a proxy is not shown, in whatever form it was set, nor where a whole list differs', () => {
  const set = (name: string, value: string) => container([{ name, value }]);
  const other = { name: 'APP_LOG_LEVEL', value: 'debug' };
  const cases: readonly (readonly [before: object, after: object])[] = [
    [container([]), set('HTTPS_PROXY', 'http://eva:s3cr3t@proxy:3128')],
    [set('HTTPS_PROXY', 'eva:s3cr3t@proxy:3128'), set('HTTPS_PROXY', 'http://eva:s3/cr3t@t@proxy:3128')],
    [set('https_proxy', 'http://eva:s3cr3t@proxy:3128'), container([])],
    // Twice the same name: the list is compared as a whole.
    [container([other, other]), container([other, other, { name: 'HTTPS_PROXY', value: 'eva:s3cr3t@proxy' }])],
    [{ spec: {} }, container([{ name: 'HTTP_PROXY', value: 'eva:s3cr3t@proxy' }])],
  ];
  for (const [before, after] of cases) {
    const changes = changesBetween(before, after);
    assert.equal(changes.length, 1);
    assert.doesNotMatch(JSON.stringify(changes), PASSWORD);
    assert.match(JSON.stringify(changes), /\[sensitive\]@proxy/);
  }
});

test('other values with an @ are shown as they are', () => {
  const [change] = changesBetween({ image: 'sidecar@sha256:0a' }, { image: 'sidecar@sha256:0b' });
  assert.deepEqual(change, { path: 'image', before: 'sidecar@sha256:0a', after: 'sidecar@sha256:0b' });
});

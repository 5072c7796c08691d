import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Headers as LeanHeaders } from '../../.scripts/lean-headers.ts';

/** What graphql-request does with headers, by either class. */
function used(Class: typeof LeanHeaders | typeof Headers) {
  const headers = new Class({ Tenant: 'one', accept: 'a' });
  headers.set('ACCEPT', 'b');
  const copy = new Class(headers as LeanHeaders & Headers);
  copy.set('content-type', 'application/json');
  const seen: string[] = [];
  copy.forEach((value: string, name: string) => {
    seen.push(`${name}=${value}`);
  });
  return {
    seen: seen.toSorted(),
    has: [copy.has('TENANT'), headers.has('content-type'), new Class().has('tenant')],
    got: [copy.get('Accept'), headers.get('content-type')],
  };
}

test('in the bundles, what stands in for the global Headers does what that would do', () => {
  assert.deepEqual(used(LeanHeaders), used(Headers));
  assert.deepEqual(used(LeanHeaders).seen, ['accept=b', 'content-type=application/json', 'tenant=one']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAccess, parseAccess } from '#common/sync/access-record.ts';

const URL = 'https://auth.example.com/token';
const csrfInfo = { tokenEndpointURL: 'https://csrf.example.com' };

test('an access that is recorded is read as it was', () => {
  for (const access of [
    { type: 'Basic' },
    { type: 'Basic', csrfInfo },
    { type: 'OAuth', authenticationUrl: URL },
    { type: 'OAuth', authenticationUrl: URL, csrfInfo },
  ]) {
    assert.deepEqual(parseAccess(formatAccess(access)), access);
  }
});

test('a record is of 8,192 characters at most, and there is none of an access that would need more', () => {
  const overhead = formatAccess({ type: 'OAuth', authenticationUrl: '' })?.length ?? 0;
  const recordOf = (length: number) => formatAccess({ type: 'OAuth', authenticationUrl: 'u'.repeat(length) });
  assert.equal(recordOf(8_192 - overhead)?.length, 8_192);
  assert.equal(recordOf(8_193 - overhead), undefined);
});

const READ: readonly (readonly [what: string, text: string | undefined, access: object | undefined])[] = [
  ['no record', undefined, undefined],
  ['no JSON', '{', undefined],
  ['another JSON', '["Basic"]', undefined],
  ['nothing at all', 'null', undefined],
  ['an unknown type', '{"type":"Certificate","authenticationUrl":"https://a.example"}', undefined],
  ['OAuth without its URL', '{"type":"OAuth"}', undefined],
  ['OAuth with an empty URL', '{"type":"OAuth","authenticationUrl":""}', undefined],
  ['OAuth with a URL that is no text', '{"type":"OAuth","authenticationUrl":["https://a.example"]}', undefined],
  ['Basic with a URL', '{"type":"Basic","authenticationUrl":"https://a.example"}', { type: 'Basic' }],
  ['a CSRF block of another shape', '{"type":"Basic","csrfInfo":"https://a.example"}', { type: 'Basic' }],
  ['a CSRF block without its URL', '{"type":"Basic","csrfInfo":{"tokenEndpointURL":""}}', { type: 'Basic' }],
  ['a CSRF block of nothing', '{"type":"Basic","csrfInfo":null}', { type: 'Basic' }],
];

for (const [what, text, access] of READ) {
  test(`${what} is ${access ? 'read without what the gateway could not use' : 'no access'}`, () => {
    assert.deepEqual(parseAccess(text), access);
  });
}

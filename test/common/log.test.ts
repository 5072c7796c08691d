import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompassError } from '#common/errors.ts';
import { errorFields, jsonLog } from '#common/log.ts';

function lineOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  const lines: string[] = [];
  jsonLog(
    (line) => lines.push(line),
    'debug',
    () => 0,
  ).info('something', fields);
  const [line = '', ...others] = lines;
  assert.deepEqual(others, []);
  return JSON.parse(line) as Record<string, string>;
}

test('a field of any length is cut, wherever it stands', () => {
  const { name, inner } = lineOf({ name: 'x'.repeat(100_000), inner: { name: 'y'.repeat(100_000) } });
  assert.equal(name, `${'x'.repeat(8_192)}…`);
  assert.equal(JSON.stringify(inner).length, '{"name":""}'.length + 8_193);
});

test('S5: a bug shows where it is, and nothing of what it choked on, nor what hangs on it', () => {
  const bugs: unknown[] = [
    Object.assign(new Error('got "canary"', { cause: new Error('canary') }), { body: 'canary' }),
    new Error("Cannot read properties of undefined (reading 'canary')"),
    new TypeError(`${Buffer.from('canary of thirty-two random bytes 1').toString('base64')} is no function`),
  ];
  for (const bug of bugs) {
    const text = JSON.stringify(lineOf(errorFields(bug)));
    assert.match(text, /"reason":"InternalError","error":"(?:Type)?Error: .*\\n +at .*log\.test\.ts/);
    assert.doesNotMatch(text, /(?<!log\.)canary/);
  }
  assert.equal(errorFields('thrown')['error'], 'thrown');
  const error = new CompassError('Rejected', 'no', { cause: new Error('canary'), requestId: 'id' });
  assert.deepEqual(errorFields(error), { reason: 'Rejected', error: 'no', requestId: 'id' });
});

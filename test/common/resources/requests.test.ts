import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  formatRequest,
  parseRequest,
  readAnnotation,
  readRequests,
  requestAnnotation,
} from '#common/resources/requests.ts';

test('a request is read as it was written, whatever its values hold', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((value) => value === value.trim());
  const id = text.filter((value) => value !== '' && value.length <= 120);
  const key = text.filter((value) => value !== '' && value !== '__proto__');
  fc.assert(
    fc.property(id, fc.dictionary(key, text, { maxKeys: 20 }), (requestId, parameters) => {
      const parsed = parseRequest('suspend', formatRequest({ id: requestId, parameters }));
      assert.deepEqual(parsed?.id, requestId);
      assert.deepEqual({ ...parsed?.parameters }, { ...parameters });
    }),
  );
});

test('the forms of the contract are read, also when a person typed them', () => {
  assert.deepEqual(parseRequest('disconnect', 'id-1;revoke=true; purge = applications ;force'), {
    verb: 'disconnect',
    id: 'id-1',
    parameters: { revoke: 'true', purge: 'applications', force: 'true' },
  });
  assert.deepEqual(parseRequest('approve', '2026-09-14T14:10:02Z/9c1;plan=a=b')?.parameters, { plan: 'a=b' });
  assert.equal(parseRequest('suspend', 'id;reason=100%')?.parameters['reason'], '100%');
});

test('a request without an id has nobody to answer to', () => {
  for (const value of ['', ' ', ';plan=1', 'x'.repeat(129)]) assert.equal(parseRequest('sync', value), undefined);
});

test('all requests of an object are found, and other annotations are none', () => {
  const annotations = {
    [requestAnnotation('renew')]: 'r1',
    [requestAnnotation('sync')]: 's1;dry=true',
    [requestAnnotation('check')]: '',
    'compass.kyma-project.io/unknown': 'x',
    sync: 'y',
  };
  assert.deepEqual(
    readRequests(annotations).map(({ verb, id }) => `${verb} ${id}`),
    ['sync s1', 'renew r1'],
  );
  assert.deepEqual(readRequests(undefined), []);
});

test('S14: a value of a megabyte costs no more than its first parts', () => {
  const startMs = performance.now();
  const parsed = parseRequest('sync', `id;${'k=v;%'.repeat(200_000)}`);
  assert.equal(parsed?.id, 'id');
  assert.ok(performance.now() - startMs < 2_000);
});

test('an annotation that nobody can be answered by has a flaw, and an id that no request has', () => {
  assert.equal(readAnnotation('sync', 'one').flaw, undefined);
  for (const value of ['', ' ', ';plan=1']) assert.deepEqual(readAnnotation('sync', value).id, '');
  const { id, flaw } = readAnnotation('sync', `${'x'.repeat(300)};plan=1`);
  assert.equal(id, `${'x'.repeat(128)}…`);
  assert.match(flaw ?? '', /300 characters/);
  assert.equal(parseRequest('sync', id), undefined);
});

test('a parameter of any length is cut to what can be kept and shown', () => {
  const request = parseRequest('suspend', `id;reason=${'x'.repeat(10_000)};${'k'.repeat(10_000)}=1`);
  assert.equal(request?.parameters['reason'], 'x'.repeat(4_096));
  assert.deepEqual(Object.keys(request?.parameters ?? {}), ['reason', 'k'.repeat(4_096)]);
});

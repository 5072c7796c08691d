import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';

test('a document in memory is what was written last, until it is removed', async () => {
  const document = memoryDocument<string>();
  assert.equal(await document.read(), undefined);
  assert.equal((await document.write('one', undefined)).value, 'one');
  await document.write('two', await document.read());
  await document.tryWrite();
  assert.equal((await document.read())?.value, 'two');
  await document.remove(await document.read());
  assert.equal(await document.read(), undefined);
});

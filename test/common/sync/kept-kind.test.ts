import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { jsonLog, type Log, silentLog } from '#common/log.ts';
import { KeptKind } from '#common/sync/kept-kind.ts';

const objectOf = (name: string, resourceVersion: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, resourceVersion },
});

/** What is known by name, and what is read of an object. */
function kept(
  known: Map<string, string>,
  find: (name: string) => Promise<KubeObject | undefined>,
  pages: string[][] = [],
  log: Log = silentLog,
) {
  return new KeptKind({
    objects: {
      kind: SECRET,
      versionOf: (name) => known.get(name),
      names: () => known.keys(),
      put: (name, found) => {
        if (found) known.set(name, found.metadata.resourceVersion ?? '');
        else known.delete(name);
      },
    },
    async *list() {
      for (const names of pages) {
        yield { items: names.map((name) => objectOf(name, '7')), resourceVersion: '9' };
        await Promise.resolve();
      }
    },
    find,
    log,
  });
}

const changed = (name: string, version: string) => ({ type: 'modified', object: objectOf(name, version) }) as const;

test('what was read is not taken over a write of ours that came between', async () => {
  const known = new Map([['a', '1']]);
  const reading = Promise.withResolvers<KubeObject>();
  let reads = 0;
  const kind = kept(known, () => {
    reads += 1;
    return reading.promise;
  });
  kind.take(changed('a', '3'));
  const refreshed = kind.refresh(undefined);
  known.set('a', '5');
  reading.resolve(objectOf('a', '3'));
  assert.equal(await refreshed, true);
  assert.equal(known.get('a'), '5');
  assert.equal(await kind.refresh(undefined), true);
  assert.equal(reads, 1, 'what we wrote is newer than what was told');
});

test('what moved on after a write of ours that came between is read again', async () => {
  const known = new Map([['a', '1']]);
  const reading = Promise.withResolvers<KubeObject>();
  const answers = [reading.promise, Promise.resolve(objectOf('a', '6'))];
  const kind = kept(known, () => answers.shift() ?? assert.fail());
  kind.take(changed('a', '6'));
  const refreshed = kind.refresh(undefined);
  known.set('a', '5');
  reading.resolve(objectOf('a', '4'));
  await refreshed;
  assert.equal(known.get('a'), '5');
  await kind.refresh(undefined);
  assert.equal(known.get('a'), '6');
});

test('without the right to read one object everything is to be listed', async () => {
  const known = new Map([['a', '1']]);
  const kind = kept(known, () => Promise.reject(new CompassError('ClusterForbidden', 'no')));
  kind.take(changed('a', '2'));
  assert.equal(await kind.refresh(undefined), false);
  const away = kept(known, () => Promise.reject(new CompassError('ClusterUnreachable', 'away')));
  away.take(changed('a', '2'));
  await assert.rejects(away.refresh(undefined), /away/);
});

test('a listing tells how much of it is news: changed, new and gone objects, and none that we wrote since', async () => {
  const known = new Map([
    ['same', '7'],
    ['older', '6'],
    ['written-since', '8'],
    ['gone', '7'],
    ['created-since', '10'],
  ]);
  const read: string[] = [];
  const find = (name: string) => {
    read.push(name);
    return Promise.resolve(name === 'gone' ? undefined : objectOf(name, '7'));
  };
  const kind = kept(known, find, [
    ['same', 'older'],
    ['written-since', 'new'],
  ]);
  assert.equal(kind.isSound, false);
  const { resourceVersion, apply } = await kind.list(new AbortController().signal);
  assert.deepEqual([resourceVersion, apply()], ['9', 3]);
  assert.equal(kind.isSound, true);
  await kind.refresh(undefined);
  assert.deepEqual(read.toSorted(), ['gone', 'new', 'older']);
  assert.deepEqual([...known.keys()].toSorted(), ['created-since', 'new', 'older', 'same', 'written-since']);
});

test('what came before everything is read whole is not read again after it', async () => {
  const kind = kept(new Map([['a', '1']]), assert.fail);
  kind.take(changed('a', '2'));
  kind.readAnew();
  assert.equal(await kind.refresh(undefined), true);
});

test('what came new is read, what came and went is not, and what was gone when it was read is not asked for again', async () => {
  const known = new Map<string, string>();
  const read: string[] = [];
  const kind = kept(known, (name) => {
    read.push(name);
    return Promise.resolve(name === 'gone' ? undefined : objectOf(name, '2'));
  });
  kind.take({ type: 'added', object: objectOf('new', '2') });
  kind.take(changed('gone', '3'));
  kind.take({ type: 'added', object: objectOf('brief', '4') });
  kind.take({ type: 'deleted', object: objectOf('brief', '5') });
  for (let rounds = 1; rounds <= 2; rounds += 1) assert.equal(await kind.refresh(undefined), true);
  assert.deepEqual([read, [...known.keys()]], [['new', 'gone'], ['new']]);
});

test('what a listing does not have, and we deleted since, is not read', async () => {
  const known = new Map([['gone', '7']]);
  const kind = kept(known, assert.fail);
  const { apply } = await kind.list(new AbortController().signal);
  assert.equal(apply(), 1);
  known.delete('gone');
  assert.equal(await kind.refresh(undefined), true);
});

test('while the kind does not exist, nothing of it is known for sure', () => {
  const kind = kept(new Map(), assert.fail);
  kind.begin();
  assert.equal(kind.isSound, true);
  kind.absent();
  assert.equal(kind.isSound, false);
});

test('one reason is told once, and anew after the watch told something, or everything was listed', async () => {
  const told: string[] = [];
  const log = jsonLog(
    (line) => told.push(line),
    'info',
    () => 0,
  );
  const kind = kept(new Map(), assert.fail, [], log);
  const away = new CompassError('ClusterUnreachable', 'away');
  const refused = new CompassError('ClusterForbidden', 'no');
  const list = async () => (await kind.list(new AbortController().signal)).apply();
  const tell = (error: CompassError) => {
    kind.failed(error, 1_000);
    kind.failed(error, 2_000);
    return told.length;
  };
  assert.equal(tell(away), 1);
  kind.take(changed('a', '2'));
  assert.equal(tell(away), 2);
  await list();
  assert.equal(tell(away), 3);
  assert.equal(tell(refused), 4);
  await list();
  assert.equal(tell(refused), 4, 'who may list may not watch for that');
});

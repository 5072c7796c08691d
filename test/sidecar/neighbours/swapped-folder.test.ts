import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SwappedFolder } from '../../../sidecar/neighbours/swapped-folder.ts';

const NAMES = ['tls.crt', 'tls.key'];
const FIRST = { 'tls.crt': 'certificate 1', 'tls.key': 'key 1' };
const SECOND = { 'tls.crt': 'certificate 2', 'tls.key': 'key 2' };

function start(t: TestContext) {
  const path = mkdtempSync(join(tmpdir(), 'compass-folder-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  const read = (name: string) => readFileSync(join(path, name), 'utf8');
  return { path, read, folder: new SwappedFolder(path, 0o440) };
}

const modeOf = (path: string) => (statSync(path).mode % 0o1000).toString(8);

test('files are links by `..data` to the folder of one set, as the kubelet lays out a volume', (t) => {
  const { path, folder, read } = start(t);
  folder.put(FIRST);
  const set = readlinkSync(join(path, '..data'));
  assert.match(set, /^\.\.\d{4}(_\d\d){5}\.\w+$/);
  assert.equal(readlinkSync(join(path, 'tls.key')), '..data/tls.key');
  assert.equal(read('tls.key'), 'key 1');
  assert.deepEqual(readdirSync(path).toSorted(), ['..data', 'tls.crt', 'tls.key', set].toSorted());
  assert.deepEqual(folder.read(NAMES), FIRST);
});

test('G10: the mode is that of the setting, whatever the mask of the process, and who may read may go there', (t) => {
  const { path, folder } = start(t);
  const before = process.umask(0o077);
  t.after(() => process.umask(before));
  folder.put(FIRST);
  assert.equal(modeOf(join(path, 'tls.key')), '440');
  assert.equal(modeOf(join(path, '..data')), '750');
  new SwappedFolder(path, 0o400).put(FIRST);
  assert.equal(modeOf(join(path, 'tls.key')), '400');
  assert.equal(modeOf(join(path, '..data')), '700');
  assert.equal(folder.read(NAMES), undefined, 'a set of another mode is no good set');
});

test('one who has resolved `..data` reads what belongs together, also after the next set has come', (t) => {
  const { path, folder, read } = start(t);
  folder.put(FIRST);
  const resolved = join(path, readlinkSync(join(path, '..data')));
  folder.put(SECOND);
  assert.equal(read('tls.crt'), 'certificate 2');
  assert.equal(readFileSync(join(resolved, 'tls.key'), 'utf8'), 'key 1');
  assert.equal(folder.tidy(), 1);
  assert.deepEqual(readdirSync(path).length, 4);
  assert.deepEqual(folder.read(NAMES), SECOND);
});

test('what a process left that died is removed, wherever it died, and nothing else', (t) => {
  const { path, folder } = start(t);
  folder.put(FIRST);
  mkdirSync(join(path, '..2026_01_02_03_04_05.Abc123'));
  writeFileSync(join(path, '..2026_01_02_03_04_05.Abc123', 'tls.key'), 'half a k');
  symlinkSync('..2026_01_02_03_04_05.Abc123', join(path, '..data_tmp'));
  symlinkSync('..data/tls.key', join(path, '..tls.key_tmp'));
  writeFileSync(join(path, 'of-a-neighbour'), 'stays');
  folder.put(SECOND);
  assert.equal(folder.tidy(), 3);
  const set = readlinkSync(join(path, '..data'));
  assert.deepEqual(readdirSync(path).toSorted(), ['..data', 'of-a-neighbour', 'tls.crt', 'tls.key', set].toSorted());
  assert.deepEqual(folder.read(NAMES), SECOND);
});

test('P24: where the next set cannot be written, the one before stays, whole, and nothing is left of the next', (t) => {
  const { path, folder } = start(t);
  folder.put(FIRST);
  const before = readdirSync(path);
  // Longer than a name may be: the last of its files fails.
  assert.throws(() => folder.put({ ...SECOND, ['n'.repeat(300)]: '' }), /ENAMETOOLONG/);
  assert.deepEqual(readdirSync(path), before);
  assert.deepEqual(folder.read(NAMES), FIRST);
});

test('a file that somebody put in the place of a link gives way, and a link that somebody removed comes back', (t) => {
  const { path, folder, read } = start(t);
  writeFileSync(join(path, 'tls.key'), 'of somebody');
  folder.put(FIRST);
  assert.ok(lstatSync(join(path, 'tls.key')).isSymbolicLink());
  rmSync(join(path, 'tls.crt'));
  assert.equal(folder.read(NAMES), undefined, 'not all of it is there');
  folder.put(FIRST);
  assert.equal(read('tls.crt'), 'certificate 1');
});

test('a set that somebody damaged is no good set', (t) => {
  const { path, folder } = start(t);
  assert.equal(folder.read(NAMES), undefined, 'nothing is there');
  folder.put(FIRST);
  chmodSync(join(path, 'tls.key'), 0o600);
  assert.equal(folder.read(NAMES), undefined);
});

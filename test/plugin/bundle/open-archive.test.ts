import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { CompassError } from '#common/errors.ts';
import { ARCHIVE_LIMITS, readArchive } from '../../../plugin/bundle/archive-reader.ts';
import { openArchive } from '../../../plugin/bundle/replay/open-archive.ts';
import { replayCluster } from '../../../plugin/bundle/replay/replay-cluster.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere } from '../run-plugin.ts';
import { HEAD, manifestOf, REPLAY, tarFile, wholeArchive, writeArchive } from './make-archive.ts';

async function tempFile(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-archive-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return join(folder, 'report.tar.gz');
}

/** What opening it fails with. */
async function refusal(path: string): Promise<CompassError> {
  try {
    await openArchive(path);
  } catch (error) {
    return error as CompassError;
  }
  throw new Error('it was opened');
}

/** A header that announces more than there is. */
const saysMore = (header: Buffer) => void header.write('77777777777\0', 124, 'latin1');

const FOREIGN: Readonly<Record<string, { readonly parts: readonly Buffer[]; readonly why: RegExp }>> = {
  'an archive of somebody else': {
    parts: [tarFile('other/file', 'x'), Buffer.alloc(1024)],
    why: /not those of a report/,
  },
  'a folder of ours with another file first': {
    parts: [tarFile('compass-report/other', 'x'), Buffer.alloc(1024)],
    why: /something else/,
  },
  'a name that leads up': {
    parts: [tarFile('compass-report/../../etc/passwd', 'x'), Buffer.alloc(1024)],
    why: /leads elsewhere/,
  },
  'an absolute name': { parts: [tarFile('/etc/passwd', 'x'), Buffer.alloc(1024)], why: /leads elsewhere/ },
  'a link': {
    parts: [tarFile('compass-report/report.json', '', (header) => void header.write('2', 156)), Buffer.alloc(1024)],
    why: /something else than files/,
  },
  'a name in two parts': {
    parts: [tarFile('report.json', HEAD, (header) => void header.write('compass-report', 345)), Buffer.alloc(1024)],
    why: /something else than files/,
  },
  'no manifest': { parts: wholeArchive().toSpliced(-2, 1), why: /no manifest: it was cut off/ },
  'no end': { parts: wholeArchive().slice(0, -1), why: /ends too early/ },
  'a size that it does not have': {
    parts: [...wholeArchive().slice(0, 2), tarFile('compass-report/logs/a.log', 'x', saysMore)],
    why: /ends too early|unpacks to more/,
  },
  'a file that was changed': {
    parts: wholeArchive().with(1, tarFile('compass-report/replay.json', REPLAY.replace('1000', '2000'))),
    why: /"replay\.json" is not what was written/,
  },
  'a file that was added': {
    parts: wholeArchive().toSpliced(1, 0, tarFile('compass-report/added.json', '{}')),
    why: /"added\.json" was added/,
  },
  'a file twice': {
    parts: wholeArchive().toSpliced(1, 0, tarFile('compass-report/replay.json', REPLAY)),
    why: /replay\.json twice/,
  },
  'a later format': {
    parts: wholeArchive().with(0, tarFile('compass-report/report.json', HEAD.replace('v1', 'v2'))),
    why: /its format is "v2", and this program reads v1/,
  },
  'a replay that is none': {
    parts: archiveWith({ 'replay.json': '{"at":"soon"}' }),
    why: /replay\.json cannot be read/,
  },
};

function archiveWith(more: Readonly<Record<string, string>>): Buffer[] {
  const files = { 'report.json': HEAD, ...more };
  return [
    ...Object.entries({ ...files, 'manifest.json': manifestOf(files) }).map(([path, text]) =>
      tarFile(`compass-report/${path}`, text),
    ),
    Buffer.alloc(1024),
  ];
}

describe('an archive is opened only if it is whole and ours', () => {
  test('as it is written', async (t) => {
    const path = await tempFile(t);
    await writeArchive(path, wholeArchive({ 'logs/a.log': 'x'.repeat(2_000) }));
    assert.equal((await openArchive(path)).at, 1_000);
  });

  for (const [what, { parts, why }] of Object.entries(FOREIGN)) {
    test(`not with ${what}`, async (t) => {
      const path = await tempFile(t);
      await writeArchive(path, parts);
      const { reason, message } = await refusal(path);
      assert.equal(reason, 'ArchiveInvalid');
      assert.match(message, why);
    });
  }

  test('not with any byte of it changed, nor cut off anywhere', async (t) => {
    const path = await tempFile(t);
    await writeArchive(path, wholeArchive());
    const bytes = await readFile(path);
    // The first ten are the head of gzip: time and system, which nobody asks for.
    for (let at = 10; at < bytes.length; at += 7) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 0x10;
      await writeFile(path, changed);
      assert.equal((await refusal(path)).reason, 'ArchiveInvalid', `byte ${at}`);
      await writeFile(path, bytes.subarray(0, at));
      assert.equal((await refusal(path)).reason, 'ArchiveInvalid', `cut off at ${at}`);
    }
  });

  test('not where it is no gzip, a folder, or not there', async (t) => {
    const path = await tempFile(t);
    await writeFile(path, 'hello');
    assert.match((await refusal(path)).message, /damaged, or not gzip/);
    await writeFile(path, '');
    assert.equal((await refusal(path)).reason, 'ArchiveInvalid');
    await rm(path);
    assert.equal((await refusal(path)).reason, 'Usage');
    await mkdir(path);
    assert.match((await refusal(path)).message, /it is no file/);
  });
});

describe('what is too large is not read', () => {
  const read = async (path: string, limits: Partial<typeof ARCHIVE_LIMITS>) => {
    const isWanted = (name: string) => name === 'replay.json';
    for await (const _file of readArchive(path, isWanted, { ...ARCHIVE_LIMITS, ...limits }));
  };

  test('a bomb: a little that unpacks to much', async (t) => {
    const path = await tempFile(t);
    const file = tarFile('compass-report/report.json', Buffer.alloc(4 * 1024 * 1024));
    await writeArchive(path, [file, Buffer.alloc(1024)]);
    await assert.rejects(read(path, { unpackedBytes: 1024 * 1024 }), /unpacks to more than 1 MiB/);
  });

  test('a bomb behind the end of the archive', async (t) => {
    const path = await tempFile(t);
    const bomb = gzipSync(Buffer.concat([...wholeArchive(), Buffer.alloc(4 * 1024 * 1024)]));
    await writeFile(path, bomb);
    await assert.rejects(read(path, { unpackedBytes: 1024 * 1024 }), /unpacks to more than 1 MiB/);
  });

  test('many files, a file that is kept, and the archive itself', async (t) => {
    const path = await tempFile(t);
    await writeArchive(path, wholeArchive());
    await assert.rejects(read(path, { files: 2 }), /too many files/);
    await assert.rejects(read(path, { fileBytes: 10 }), /replay\.json is larger than 1 MiB/);
    await assert.rejects(read(path, { packedBytes: 10 }), /larger than 1 MiB/);
  });
});

test('a command says what is wrong with an archive, writes nothing to the disk, and exits with 2', async (t) => {
  const path = await tempFile(t);
  await writeArchive(path, [tarFile('compass-report/../up', 'x'), Buffer.alloc(1024)]);
  for (const command of ['status', 'check', 'diff']) {
    const run = await runHere([command, '--from-bundle', path, '-o', 'json']);
    assertExit(run, command, 2);
    assert.equal(JSON.parse(run.stdout).error.code, 'CMP0011');
    assert.match(run.stderr, /no whole archive of kubectl compass report: it holds a name that leads elsewhere/);
  }
  assert.deepEqual(await readdir(join(path, '..')), ['report.tar.gz']);
});

test('what cannot be asked of an archive is said to be so', async (t) => {
  const path = await tempFile(t);
  await writeArchive(path, wholeArchive());
  const lines = [
    ['status', '-w'],
    ['status', '--until=healthy'],
    ['check', '--pre'],
    ['check', '--wait', '1m'],
    ['diff', '--direct'],
  ];
  for (const [command = '', ...flags] of lines) {
    const run = await runHere([command, ...flags, '--from-bundle', path]);
    assertExit(run, command, 2);
    assert.match(run.stderr, /needs a cluster, and --from-bundle is none/);
  }
  // Nothing was recorded in it.
  const unknown = /the archive does not know: (?:LIST|RAW) .*CMP0012 NotInArchive/s;
  for (const command of ['status', 'diff']) {
    const run = await runHere([command, '--from-bundle', path]);
    assertExit(run, command, 3);
    assert.match(run.stderr, unknown);
  }
  const check = await runHere(['check', '--from-bundle', path]);
  assertExit(check, 'check', 3);
  assert.match(check.stderr, unknown);
});

test('flags in an archive that name no place are not followed', async (t) => {
  const path = await tempFile(t);
  const replay = { ...JSON.parse(REPLAY), flags: { until: ['nonsense'], 'fail-on': ['none'], context: [1, 'prod'] } };
  await writeArchive(path, archiveWith({ 'replay.json': JSON.stringify(replay) }));
  const run = await runHere(['status', '--from-bundle', path]);
  assertExit(run, 'status', 3);
  assert.match(run.stderr, /the archive does not know/);
});

test('an error that only a later version knows is one of an archive', async () => {
  const exchanges = [{ ask: 'RAW /version', error: { reason: 'OfTomorrow' as 'Rejected', message: 'not today' } }];
  await assert.rejects(replayCluster('https://127.0.0.1:1', exchanges).raw('/version'), (error: CompassError) => {
    assert.equal(error.exit, 3);
    assert.match(error.message, /not today \(OfTomorrow/);
    return true;
  });
});

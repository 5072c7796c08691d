import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { readSecretFromFile, readSecretFromStdin } from '../../../plugin/compass/read-secret.ts';

/** Somebody at a terminal, or a pipe, and what is written to stderr. */
function desk(stdin: Readable, isTerminal: boolean) {
  const written: string[] = [];
  const interruption = new AbortController();
  const stderr = {
    write: (text: string) => {
      written.push(text);
    },
    stream: new PassThrough(),
    isTerminal,
    columns: undefined,
  };
  const surroundings = { stdin: { stream: stdin, isTerminal }, stderr, interrupted: interruption.signal };
  return { surroundings, shown: () => written.join(''), interrupt: () => interruption.abort('SIGINT') };
}

async function fileWith(t: TestContext, content: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-secret-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'secret');
  await writeFile(path, content);
  return path;
}

test('on a terminal a secret is asked for, and what is typed is not shown', async () => {
  const keyboard = new PassThrough();
  const { surroundings, shown } = desk(keyboard, true);
  const asked = readSecretFromStdin(surroundings, 'the one-time token');
  keyboard.write('typed-secrex\u007ft\r');
  assert.equal(await asked, 'typed-secret');
  assert.equal(shown(), 'the one-time token (it is not shown): \n');
});

test('Ctrl-C at the question ends it, from the keyboard and as a signal', async () => {
  const keyboard = new PassThrough();
  const typed = readSecretFromStdin(desk(keyboard, true).surroundings, 'the token');
  keyboard.write('half\u0003');
  await assert.rejects(typed, { reason: 'Interrupted' });
  const signalled = desk(new PassThrough(), true);
  const asked = readSecretFromStdin(signalled.surroundings, 'the token');
  signalled.interrupt();
  await assert.rejects(asked, { reason: 'Interrupted' });
});

test('from a pipe everything is read, up to a limit, and nothing is asked', async () => {
  const { surroundings, shown } = desk(Readable.from([Buffer.from('one\n'), Buffer.from('two')]), false);
  assert.equal(await readSecretFromStdin(surroundings, 'the token'), 'one\ntwo');
  assert.equal(shown(), '');
  const flood = desk(Readable.from([Buffer.alloc(40_000), Buffer.alloc(40_000)]), false);
  await assert.rejects(readSecretFromStdin(flood.surroundings, 'the token'), { reason: 'Usage' });
});

test('a file that PowerShell wrote is read as what it says', async (t) => {
  const path = await fileWith(t, Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('token\r\n', 'utf16le')]));
  assert.equal(await readSecretFromFile('token-file', path), 'token\r\n');
});

test('a file that cannot be read is named, unless its name may be a secret itself', async () => {
  const short = { reason: 'Usage', message: '--token-file /dev/null/x cannot be read: not a directory' };
  await assert.rejects(readSecretFromFile('token-file', '/dev/null/x'), short);
  const long = 'canary'.repeat(20);
  const message = '--token-file a name of 120 characters cannot be read: no such file or directory';
  await assert.rejects(readSecretFromFile('token-file', long), { reason: 'Usage', message });
});

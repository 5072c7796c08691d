import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMachO } from '../../../krew/macho/layout.ts';
import { signAdHoc } from '../../../krew/macho/sign.ts';
import { verifySignature } from '../../../krew/macho/verify.ts';
import { unsignedProgram } from './sample-program.ts';

const SIGNED = signAdHoc(unsignedProgram(), 'org.example.program');

test('a signed program is verified, page by page, under its name', () => {
  assert.deepEqual(verifySignature(SIGNED), [
    { identifier: 'org.example.program', flags: 2, algorithm: 'sha256', pages: 6, blobs: 0 },
  ]);
});

test('signing leaves the content of the program as it is, and extends its last segment to the end of the file', () => {
  const unsigned = unsignedProgram();
  const before = readMachO(unsigned);
  assert.deepEqual(SIGNED.subarray(before.firstSectionAt, unsigned.length), unsigned.subarray(before.firstSectionAt));
  const { linkedit, signature, commandCount } = readMachO(SIGNED);
  assert.equal(commandCount, before.commandCount + 1);
  assert.equal(linkedit.offset + linkedit.size, SIGNED.length);
  assert.equal(signature && signature.offset % 16, 0);
});

test('a byte that differs anywhere before the signature, or in its hashes, is found', () => {
  const { signature } = readMachO(SIGNED);
  const end = signature?.offset ?? 0;
  // Of the header and of the load commands that tell where the signature is, other errors tell.
  const places = [24, 0x1000, 0x1fff, 0x2000, 0x4000, end - 1, SIGNED.length - 1, SIGNED.length - 6 * 32];
  for (const at of places) {
    const changed = Buffer.from(SIGNED);
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.throws(() => verifySignature(changed), /^Error: page \d is not what was signed$/, `at ${at}`);
  }
});

test('a program that was cut short or has grown is found', () => {
  assert.throws(() => verifySignature(SIGNED.subarray(0, -1)), /does not end the file/);
  assert.throws(() => verifySignature(Buffer.concat([SIGNED, Buffer.from('more')])), /does not end the file/);
  const shorter = Buffer.from(SIGNED);
  const { signature = { commandAt: 0, offset: 0, size: 0 } } = readMachO(SIGNED);
  shorter.writeUInt32LE(signature.size - 1, signature.commandAt + 12);
  assert.throws(() => verifySignature(shorter), /does not end the file/);
  const ofLess = Buffer.from(SIGNED);
  // of its code directory, how many bytes it is of
  ofLess.writeUInt32BE(signature.offset - 1, signature.offset + 20 + 32);
  assert.throws(() => verifySignature(ofLess), /of more or of less than the file/);
});

test('what is not signed, or no such program, is refused by the verifier', () => {
  assert.throws(() => verifySignature(unsignedProgram()), /is not signed/);
  assert.throws(() => verifySignature(Buffer.from('#!/bin/sh\nexit 0\n# and some more bytes\n')), /not a thin.*Mach-O/);
});

test('what cannot be signed is refused by the signer', () => {
  assert.throws(() => signAdHoc(SIGNED, 'a'), /is signed/);
  assert.throws(() => signAdHoc(Buffer.concat([unsignedProgram(), Buffer.alloc(1)]), 'a'), /does not end the file/);
  const full = unsignedProgram({ firstSectionAt: 32 + 152 + 72 });
  assert.throws(() => signAdHoc(full, 'a'), /no room/);
});

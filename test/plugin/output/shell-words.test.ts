import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { shellWord, shellWords } from '../../../plugin/output/shell-words.ts';
import { wrapCommand } from '../../../plugin/output/text.ts';

const WORDS = [
  'orders',
  "jane's shop",
  '$HOME',
  'a;b',
  '',
  '\\',
  'C:\\users\\jane',
  '*',
  '"two words"',
  'SAP S/4 (Prod)',
];

test('a shell takes each word of a suggested command for what it was', () => {
  const printed = execFileSync('sh', ['-c', `printf '%s\\n' ${WORDS.map(shellWord).join(' ')}`], { encoding: 'utf8' });
  assert.deepEqual(printed.split('\n').slice(0, -1), WORDS);
});

test('what was quoted is read again as it was', () => {
  const word = fc.string({ minLength: 1 }).filter((text) => !/[\n\r\u2028\u2029]/.test(text));
  const check = (words: readonly string[]) => assert.deepEqual(shellWords(words.map(shellWord).join(' ')), words);
  fc.assert(fc.property(fc.array(word), check));
});

test('a command that is too long for a row is never broken within what is quoted', () => {
  const command = `kubectl compass describe app ${shellWord('SAP S/4 (Prod) of the other tenant')} --context prod`;
  const rows = wrapCommand(command, 50);
  assert.deepEqual(rows, [
    'kubectl compass describe app \\',
    "'SAP S/4 (Prod) of the other tenant' --context \\",
    'prod',
  ]);
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ColourChoice, paint, wantsColour } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { table } from '../../../plugin/output/table.ts';
import { plain, wrap } from '../../../plugin/output/text.ts';

type Environment = Readonly<Record<string, string>>;

describe('colour', () => {
  const cases: readonly (readonly [choice: ColourChoice, env: Environment, isTerminal: boolean, wanted: boolean])[] = [
    ['auto', {}, true, true],
    ['auto', {}, false, false],
    ['auto', { NO_COLOR: '1' }, true, false],
    ['auto', { NO_COLOR: '' }, true, true],
    ['auto', { TERM: 'dumb' }, true, false],
    ['auto', { CLICOLOR: '0' }, true, false],
    ['auto', { FORCE_COLOR: '1' }, false, true],
    ['auto', { FORCE_COLOR: '0' }, true, false],
    ['auto', { CLICOLOR_FORCE: '1', TERM: 'dumb' }, false, true],
    ['auto', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    ['always', { NO_COLOR: '1' }, false, true],
    ['never', { FORCE_COLOR: '1' }, true, false],
  ];
  for (const [choice, env, isTerminal, wanted] of cases) {
    const where = isTerminal ? 'a terminal' : 'a pipe';
    test(`${wanted ? 'is' : 'is not'} printed to ${where} with --color=${choice} and ${JSON.stringify(env)}`, () => {
      assert.equal(wantsColour(choice, env, isTerminal), wanted);
    });
  }

  test('ends where the text ends, and is none for no text', () => {
    assert.equal(paint(true).red('a'), '\u001b[31ma\u001b[39m');
    assert.equal(paint(true).red(''), '');
    assert.equal(paint(false).red('a'), 'a');
  });
});

describe('Unicode', () => {
  const cases: readonly (readonly [ascii: boolean, env: Environment, platform: string, wanted: boolean])[] = [
    [false, { LANG: 'en_US.UTF-8' }, 'linux', true],
    [false, { LANG: 'C.utf8' }, 'linux', true],
    [false, { LANG: 'en_US.UTF-8', LC_ALL: 'C' }, 'linux', false],
    [false, { LANG: 'C', LC_CTYPE: 'de_DE.UTF-8' }, 'darwin', true],
    [false, {}, 'linux', false],
    [true, { LANG: 'en_US.UTF-8' }, 'linux', false],
    [false, { LANG: 'en_US.UTF-8', COMPASS_ASCII: '1' }, 'linux', false],
    [false, {}, 'win32', false],
    [false, { WT_SESSION: 'a' }, 'win32', true],
  ];
  for (const [ascii, env, platform, wanted] of cases) {
    test(`${wanted ? 'is' : 'is not'} used on ${platform} with ${JSON.stringify({ ascii, ...env })}`, () => {
      assert.equal(symbolsFor(ascii, env, platform).unicode, wanted);
    });
  }
});

describe('a table', () => {
  test('has columns and blanks, nothing cut, and no blanks at the ends of lines', () => {
    const long = 'x'.repeat(200);
    const text = table(
      ['NAME', 'AGE'],
      [
        ['a', '1s'],
        [long, ''],
      ],
      paint(false),
    );
    assert.equal(text, `NAME${' '.repeat(199)}AGE\na${' '.repeat(202)}1s\n${long}   <none>\n`);
  });

  test('counts wide letters and colours as a terminal shows them', () => {
    const text = table(
      ['NAME', 'AGE'],
      [
        ['日本', '1s'],
        [paint(true).red('abcd'), '2s'],
      ],
      paint(false),
    );
    assert.equal(text, `NAME   AGE\n日本   1s\n${paint(true).red('abcd')}   2s\n`);
  });
});

describe('text of others', () => {
  const unicode = symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux');
  const ascii = symbolsFor(true, {}, 'linux');

  test('is one line without control characters', () => {
    assert.equal(plain('a\n\tb\u001b[2Jc\u202e', unicode), 'a b\ufffd[2Jc\ufffd');
  });

  test('is plain where the terminal does not read Unicode', () => {
    assert.equal(plain('Größe…', ascii), 'Gr??e...');
    assert.equal(plain('Größe…', unicode), 'Größe…');
  });

  test('is broken between words, and a longer word keeps a line', () => {
    assert.deepEqual(wrap('aa bb cccccc d', 5), ['aa bb', 'cccccc', 'd']);
    assert.deepEqual(wrap('', 5), ['']);
  });
});

import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { paint } from '../../../plugin/output/colour.ts';
import { createProgress } from '../../../plugin/output/progress.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';

const STYLE = { paint: paint(false), symbols: symbolsFor(true, {}, 'linux') };
const SUBJECT = 'subject O=Sample Organization,OU=Sample Unit,L=Walldorf,C=DE,CN=77de5b1d-1480-469a-8e70-41cab435806a';

/** What a step looks like where so many columns are, or in a pipe. */
function stepIn(columns: number | undefined, text: string): string {
  let written = '';
  const write = (piece: string) => {
    written += piece;
  };
  const stderr = { write, stream: new PassThrough(), isTerminal: columns !== undefined, columns };
  createProgress(stderr, STYLE, { isQuiet: false, isInPlace: false }).step('ok', 'configuration', text);
  return written;
}

test('a step that is longer than the terminal is wide goes on below its text, broken at words', () => {
  const rows = stepIn(80, SUBJECT).trimEnd().split('\n');
  assert.deepEqual(rows, [
    '[ok] configuration  subject O=Sample Organization,OU=Sample',
    '                    Unit,L=Walldorf,C=DE,CN=77de5b1d-1480-469a-8e70-41cab435806a',
  ]);
  assert.ok(rows.every((row) => row.length <= 80));
});

test('in a pipe a step is one line', () => {
  assert.equal(stepIn(undefined, SUBJECT), `[ok] configuration  ${SUBJECT}\n`);
});

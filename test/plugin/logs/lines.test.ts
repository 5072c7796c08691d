import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Style } from '../../../plugin/command.ts';
import { lineFilter, type Wanted } from '../../../plugin/logs/filter.ts';
import { formatLine } from '../../../plugin/logs/format.ts';
import { type LogLine, readStamped, secondOf } from '../../../plugin/logs/line.ts';
import { mergeLogs } from '../../../plugin/logs/merge.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';

const STYLE: Style = { paint: paint(false), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') };

function lineOf(fields: object | string): LogLine {
  const text = typeof fields === 'string' ? fields : JSON.stringify(fields);
  return readStamped('a', `2026-09-14T14:03:19.5Z ${text}`);
}

describe('the time of the container runtime', () => {
  test('is put in order whatever its zone and number of digits', () => {
    const stamps = [
      '2026-09-14T14:03:19Z',
      '2026-09-14T14:03:19.05Z',
      '2026-09-14T16:03:19.1+02:00',
      '2026-09-14T14:03:19.12Z',
    ];
    const times = stamps.map((stamp) => readStamped('a', `${stamp} text`).at);
    assert.deepEqual(times, times.toSorted());
    assert.equal(times[2], '2026-09-14T14:03:19.100000000');
    assert.equal(secondOf(times[2] ?? ''), '2026-09-14T14:03:19Z');
  });

  test('may be missing, and the line is whole', () => {
    const { at, text } = readStamped('a', 'unable to retrieve container logs');
    assert.deepEqual([at, text], ['', 'unable to retrieve container logs']);
  });
});

describe('which lines are wanted', () => {
  const ANY: Wanted = { level: undefined, app: undefined, requestId: undefined };
  const isWanted = (wanted: Partial<Wanted>, fields: object | string) =>
    lineFilter({ ...ANY, ...wanted })(lineOf(fields));

  test('those as loud or louder, and those that do not say how loud they are', () => {
    const levels = ['error', 'warn', 'info', 'debug', 'warning', 'fatal'];
    const loud = levels.filter((level) => isWanted({ level: 'warn' }, { level, msg: 'a' }));
    assert.deepEqual(loud, ['error', 'warn', 'warning', 'fatal']);
    assert.ok(isWanted({ level: 'error' }, 'Error: it crashed'));
  });

  test('those that name the Application as a word of its own', () => {
    assert.ok(isWanted({ app: 'sap' }, { msg: 'a', name: 'sap' }));
    assert.ok(isWanted({ app: 'sap' }, { msg: 'not applied: "sap" (NameConflict)' }));
    assert.ok(isWanted({ app: 'SAP "S/4" (Prod)' }, { msg: 'a', name: 'SAP "S/4" (Prod)' }));
    for (const name of ['sap-c4c', 'my-sap', 'sap.b']) assert.ok(!isWanted({ app: 'sap' }, { msg: 'a', name }), name);
  });

  test('those of one call of Compass', () => {
    assert.ok(isWanted({ requestId: '1ae04041_5f0c' }, { msg: 'a', requestId: '1ae04041_5f0c' }));
    assert.ok(!isWanted({ requestId: '1ae04041_5f0' }, { msg: 'a', requestId: '1ae04041_5f0c' }));
  });
});

describe('a line', () => {
  const line = lineOf({
    time: '2026-09-14T14:03:19.123Z',
    level: 'warn',
    msg: 'an application is not in sync',
    name: 'SAP S/4',
    count: 2,
    held: { id: 'x' },
  });

  test('is for people the time, the level, the message and what belongs to it', () => {
    const text =
      '2026-09-14T14:03:19.123Z WARN  an application is not in sync name="SAP S/4" count=2 held={"id":"x"}\n';
    assert.equal(formatLine(line, 'default', STYLE, false), text);
    assert.equal(formatLine(line, 'default', STYLE, true), `a ${text}`);
  });

  test('is with -o json and raw as it was written; what is no JSON becomes it', () => {
    assert.equal(formatLine(line, 'json', STYLE, true), `${line.text}\n`);
    assert.equal(formatLine(line, 'raw', STYLE, true), `${line.text}\n`);
    assert.deepEqual(JSON.parse(formatLine(lineOf('Error: a'), 'json', STYLE, true)), {
      time: '2026-09-14T14:03:19.500000000Z',
      msg: 'Error: a',
      pod: 'a',
    });
  });

  test('cannot move the cursor', () => {
    const text = formatLine(lineOf({ level: 'x', msg: 'a\u001b[2J', name: '\u202e' }), 'default', STYLE, false);
    assert.doesNotMatch(text.trimEnd(), /[\p{Cc}\p{Cf}]/u);
  });
});

test('several logs become one by the time of their lines', async () => {
  const log = (pod: string, ...stamps: string[]): AsyncIterable<LogLine> =>
    Readable.from(stamps.map((stamp) => readStamped(pod, `2026-09-14T14:03:${stamp}Z text`)));
  const seen: string[] = [];
  for await (const { pod, at } of mergeLogs([log('a', '01', '04', '05'), log('b'), log('c', '02', '03')])) {
    seen.push(`${pod}${at.slice(18, 19)}`);
  }
  assert.deepEqual(seen, ['a1', 'c2', 'c3', 'a4', 'a5']);
});

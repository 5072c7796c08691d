import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Log, LogFields } from '#common/log.ts';
import { foldRepeats } from '../../sidecar/fold-repeats.ts';
import { ManualClock } from './manual-clock.ts';

function start() {
  const lines: [level: string, message: string, fields: LogFields | undefined][] = [];
  const at = (level: string) => (message: string, fields?: LogFields) => void lines.push([level, message, fields]);
  const log: Log = { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
  const clock = new ManualClock(0);
  return { log: foldRepeats(log, clock), clock, taken: () => lines.splice(0) };
}

test('L5: a failure that lasts is a line a minute, which says how often it came', () => {
  const { log, clock, taken } = start();
  for (let second = 0; second < 180; second += 1) {
    log.warn('it failed', { reason: 'Rejected', error: `at ${second}`, requestId: String(second), retryInMs: second });
    clock.advance(1_000);
  }
  log.debug('a pass ended');
  assert.deepEqual(taken(), [
    ['warn', 'it failed', { reason: 'Rejected', error: 'at 0', requestId: '0', retryInMs: 0 }],
    ['warn', 'it failed', { reason: 'Rejected', error: 'at 59', requestId: '59', retryInMs: 59, repeated: 59 }],
    ['warn', 'it failed', { reason: 'Rejected', error: 'at 119', requestId: '119', retryInMs: 119, repeated: 60 }],
    ['warn', 'it failed', { reason: 'Rejected', error: 'at 179', requestId: '179', retryInMs: 179, repeated: 60 }],
    ['debug', 'a pass ended', undefined],
  ]);
});

test('L5: what differs is said at once, and so is what nobody warns about', () => {
  const { log, taken } = start();
  log.warn('it failed', { reason: 'Rejected' });
  log.warn('it failed', { reason: 'CompassTimeout' });
  log.error('it failed', { reason: 'Rejected' });
  log.warn('it failed', { reason: 'Rejected', name: 'orders' });
  log.info('it works again');
  log.info('it works again');
  assert.equal(taken().length, 6);
});

test('L5: a failure that came back within the minute is said when the minute is over, and one that is over is not', () => {
  const { log, clock, taken } = start();
  log.error('there is no connection', { reason: 'Rejected' });
  log.info('the connection works again');
  log.error('there is no connection', { reason: 'Rejected' });
  assert.equal(taken().length, 2);
  clock.advance(60_000);
  log.debug('a pass ended');
  assert.deepEqual(
    taken().map(([, message, fields]) => [message, fields?.['repeated']]),
    [
      ['there is no connection', 1],
      ['a pass ended', undefined],
    ],
  );
  clock.advance(120_000);
  log.debug('a pass ended');
  log.error('there is no connection', { reason: 'Rejected' });
  assert.deepEqual(
    taken().map(([, message, fields]) => [message, fields?.['repeated']]),
    [
      ['a pass ended', undefined],
      ['there is no connection', undefined],
    ],
  );
});

test('L5: a thousand different failures are kept in bounds, and none is lost', () => {
  const { log, taken } = start();
  for (let count = 0; count < 1_000; count += 1) log.warn('it failed', { name: `app-${count}` });
  assert.equal(taken().length, 1_000);
});

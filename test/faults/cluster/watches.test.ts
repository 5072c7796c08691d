import assert from 'node:assert/strict';
import { until } from '../../cluster/until.ts';
import { fastClock } from '../fast-clock.ts';
import { row } from '../row.ts';
import { EMBEDDED_ONLY, embedded, pairings } from './steps.ts';

/** What takes a minute by the clock of the sidecar comes within this time. */
const FACTOR = 20;
const MINUTE_MS = 60_000 / FACTOR;
const FOREVER = 1e9;

for (const bookmarks of [false, true]) {
  row(
    'K13',
    `a token is found within a minute although watches ${bookmarks ? 'tell bookmarks alone' : 'say nothing'}`,
    async (world) => {
      const effect = { kind: 'deafWatch', bookmarks } as const;
      embedded(world).faults.add({ verb: 'watch', user: 'admin', times: FOREVER, effect });
      world.here({}, fastClock(FACTOR));
      await world.reaches('ConnectionFailed');
      const startMs = performance.now();
      await world.configure();
      await world.reaches('Synchronized');
      // Generous, for busy machines: without the poll these watches would be deaf for five minutes of any clock.
      assert.ok(performance.now() - startMs < MINUTE_MS + 20_000);
      assert.equal(pairings(world), 1);
    },
    EMBEDDED_ONLY,
  );
}

for (const how of ['gone', 'cut', 'end'] as const) {
  row(
    'K13',
    `watches that end at once (${how}) are begun anew, and tell of a token`,
    async (world) => {
      const { faults } = embedded(world);
      const effect = { kind: 'endWatch', afterEvents: 0, how } as const;
      faults.add({ verb: 'watch', user: 'admin', times: 12, effect });
      world.here();
      await world.reaches('ConnectionFailed');
      await until('the watches have ended', () => Promise.resolve(faults.list().length === 0));
      const startMs = performance.now();
      await world.configure();
      await world.reaches('Synchronized');
      // Generous, for busy machines: the poll would find it after a minute.
      assert.ok(performance.now() - startMs < 30_000);
      assert.equal(pairings(world), 1);
    },
    EMBEDDED_ONLY,
  );
}

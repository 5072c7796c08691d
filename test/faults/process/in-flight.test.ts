import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RowId } from '../rows.ts';
import { buildCrashProgram } from './crash-program.ts';
import { type CrashWorld, startCrashWorld } from './crash-world.ts';
import { dieAt, goOn, lostIn } from './die.ts';
import { landmarksOf, type Window } from './pairing-rows.ts';
import { after, readCommitted } from './points.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';

/** A process that dies while a call of its pairing is under way: it never knows whether that was carried out. */
interface InFlight {
  readonly row: RowId;
  readonly what: string;
  readonly call: string;
  /** Lets the call be carried out, or not, and cuts its answer off. */
  cut(crash: CrashWorld): void;
  readonly lost?: Window;
}

const { calls } = readCommitted().pairing;
const { journal, configuration, signing, swap } = landmarksOf(calls);

function cutAtCluster(index: number, when: 'before' | 'after'): Pick<InFlight, 'call' | 'cut'> {
  const call = calls[index] ?? '';
  const [, verb = ''] = call.split(' ');
  const skip = calls.slice(0, index).filter((name) => name.startsWith(`cluster ${verb} secrets `)).length;
  return {
    call,
    cut({ world }) {
      world.cluster.embedded?.faults.add({ verb, resource: 'secrets', skip, effect: { kind: 'cut', when } });
    },
  };
}

type When = 'beforeConsumption' | 'afterConsumption' | 'afterExecution';

function cutAtCompass(index: number, operation: string, when: When): Pick<InFlight, 'call' | 'cut'> {
  return {
    call: calls[index] ?? '',
    cut({ world }) {
      world.simulator.faults.add({ target: 'connector', operation, when, cut: true, times: 1 });
    },
  };
}

const DEATHS: readonly InFlight[] = [
  { row: 'P4', what: 'whose journal was not written', ...cutAtCluster(journal, 'before') },
  { row: 'P4', what: 'whose journal was written', ...cutAtCluster(journal, 'after') },
  { row: 'P12', what: 'whose credential was not written', ...cutAtCluster(swap, 'before') },
  { row: 'P12', what: 'whose credential was written', ...cutAtCluster(swap, 'after') },
  {
    row: 'P6',
    what: 'whose token was not taken',
    ...cutAtCompass(configuration, 'configuration', 'beforeConsumption'),
  },
  ...(['afterConsumption', 'afterExecution'] as const).map((when) => ({
    row: 'P6' as const,
    what: `whose token was taken, cut ${when}`,
    ...cutAtCompass(configuration, 'configuration', when),
    lost: 'W1' as const,
  })),
  {
    row: 'P10',
    what: 'whose second token was not taken',
    ...cutAtCompass(signing, 'signCertificateSigningRequest', 'beforeConsumption'),
  },
  ...(['afterConsumption', 'afterExecution'] as const).map((when) => ({
    row: 'P10' as const,
    what: `whose second token was taken, cut ${when}`,
    ...cutAtCompass(signing, 'signCertificateSigningRequest', when),
    lost: 'W2' as const,
  })),
];

function cutting(scenario: Scenario, { cut }: InFlight): Scenario {
  return {
    ...scenario,
    async prepare(crash) {
      await scenario.prepare(crash);
      cut(crash);
    },
  };
}

test('what dies while a call is under way goes on by what became of the call', async (t) => {
  const program = await buildCrashProgram(t);
  const crash = await startCrashWorld(t, program);
  for (const death of DEATHS) {
    await t.test(`${death.row}: a pairing that dies ${death.what} goes on`, async () => {
      await dieAt(crash, cutting(SCENARIOS.pairing, death), after(death.call), true);
      assert.equal(await lostIn(crash), death.lost);
      await goOn(crash, SCENARIOS.pairing, death.lost);
    });
  }
  await crash.stop();
});

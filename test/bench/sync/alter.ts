import type { Bundle } from '../../simulator/model.ts';
import type { SimulatorProcess } from './simulator-process.ts';

/**
 * Changes the descriptions of so many Applications by half, and the credentials of one bundle of as many others: other ones
 * for each `turn`. Gives the objects that are to be written for it, as `<plural>/<name>`.
 */
export async function alter(simulator: SimulatorProcess, changes: number, turn: number): Promise<ReadonlySet<string>> {
  const all = await simulator.applications();
  const chosen = all.slice(turn * changes, (turn + 1) * changes);
  const written = chosen.map(async (application, index) => {
    const { id, name } = application;
    if (index % 2 === 0) {
      await simulator.admin('PATCH', `/applications/${id}`, { description: `Changed in turn ${turn}` });
      return `applications/${name}`;
    }
    const [first, ...others] = application.bundles;
    if (!first) throw new Error(`${name} has no bundle`);
    await simulator.admin('PATCH', `/applications/${id}`, { bundles: [rotated(first, turn), ...others] });
    return `secrets/${name.slice(0, 26)}-${first.id}`;
  });
  return new Set(await Promise.all(written));
}

function rotated(bundle: Bundle, turn: number): Bundle {
  const { defaultInstanceAuth: auth } = bundle;
  if (auth?.credential?.type !== 'OAuth') throw new Error(`bundle ${bundle.id} has no OAuth credentials`);
  return {
    ...bundle,
    defaultInstanceAuth: { ...auth, credential: { ...auth.credential, clientSecret: `rotated-${turn}` } },
  };
}

import type { ControlPlane } from './control-plane.ts';

/** A control plane for the time of one test. */
export interface BorrowedControlPlane extends ControlPlane {
  giveBack(): Promise<void>;
}

/** Genuine servers take seconds to start: one is made as new and used again by the next test of this process. */
const idle: ControlPlane[] = [];

async function borrowGenuine(): Promise<BorrowedControlPlane> {
  const { startGenuine } = await import('./genuine/start-genuine.ts');
  const plane = idle.pop() ?? (await startGenuine());
  const giveBack = async () => {
    await plane.reset();
    idle.push(plane);
  };
  return { ...plane, giveBack };
}

async function borrowEmbedded(): Promise<BorrowedControlPlane> {
  const { startEmbedded } = await import('./embedded.ts');
  const plane = await startEmbedded();
  return { ...plane, giveBack: () => plane.stop() };
}

/** A control plane that holds nothing yet. */
export async function borrowControlPlane(
  target: string = process.env['COMPASS_TEST_TARGET'] ?? 'embedded',
): Promise<BorrowedControlPlane> {
  if (target === 'genuine') return borrowGenuine();
  if (target === 'embedded' || target === '') return borrowEmbedded();
  throw new Error(`COMPASS_TEST_TARGET is "${target}"; it can be embedded or genuine`);
}

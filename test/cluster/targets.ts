import type { ControlPlane } from './control-plane.ts';

/** A control plane for the time of one test. */
export interface BorrowedControlPlane extends ControlPlane {
  giveBack(): Promise<void>;
}

/** Genuine servers take seconds to start: one is made as new and used again by the next test of this process. */
const idle: ControlPlane[] = [];

export interface BorrowOptions {
  /** Whether namespaces that are deleted are emptied and go by themselves. The embedded server always does that. */
  readonly endsNamespaces?: boolean | undefined;
}

async function borrowGenuine({ endsNamespaces }: BorrowOptions): Promise<BorrowedControlPlane> {
  const { startGenuine } = await import('./genuine/start-genuine.ts');
  if (endsNamespaces) {
    const plane = await startGenuine({ endsNamespaces });
    return { ...plane, giveBack: () => plane.stop() };
  }
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
  options: BorrowOptions = {},
): Promise<BorrowedControlPlane> {
  if (target === 'genuine') return borrowGenuine(options);
  if (target === 'embedded' || target === '') return borrowEmbedded();
  throw new Error(`COMPASS_TEST_TARGET is "${target}"; it can be embedded or genuine`);
}

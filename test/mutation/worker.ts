import { registerHooks } from 'node:module';
import { activate, takeReached } from './switch.ts';

/** What a worker is told: run these tests, by key, with this mutant in force (0: none). */
export interface Order {
  readonly mutant: number;
  readonly tests: readonly string[];
}

/** What a worker says: what it has loaded, that a test begins, and how an order ended. */
export type Word =
  | { readonly tests: readonly string[] }
  | { readonly begins: string }
  | {
      readonly failed: string | false;
      readonly reached: readonly number[];
      readonly tookMs: number;
      readonly cpuMs: number;
    };

const harnessUrl = new URL('harness.ts', import.meta.url).href;
registerHooks({
  resolve: (name, context, next) => next(name === 'node:test' ? harnessUrl : name, context),
});
const { cases, load, runCases } = await import('./harness.ts');

const say = (word: Word) => process.send?.(word);
let giveUp: (error: unknown) => void = () => {};
process.on('unhandledRejection', (error) => giveUp(error));
process.on('uncaughtException', (error) => giveUp(error));

async function carryOut({ mutant, tests }: Order): Promise<void> {
  activate(mutant);
  takeReached();
  const [startedMs, startedCpu] = [performance.now(), process.cpuUsage()];
  const selected = tests.flatMap((key) => cases.find((one) => one.key === key) ?? []);
  const stray = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  stray.catch(() => {});
  let running = '';
  const run = runCases(selected, (one) => {
    running = one.name;
    say({ begins: one.key });
  });
  const failed = await Promise.race([run, stray]).then(
    () => false as const,
    (error: unknown) => `${running}: ${String(error).split('\n')[0]}`,
  );
  activate(0);
  const { user, system } = process.cpuUsage(startedCpu);
  say({ failed, reached: takeReached(), tookMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 });
}

for (const file of process.argv.slice(2)) await load(file);
process.on('disconnect', () => process.exit());
process.on('message', (order: Order) => void carryOut(order));
say({ tests: cases.map(({ key }) => key) });

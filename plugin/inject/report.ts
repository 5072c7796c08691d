import type { Invocation } from '../command.ts';
import type { InjectionResult } from './result.ts';
import { injectionView } from './view.ts';

/** Prints a result, and on stderr what a person should know of it. The exit code. */
export async function report(invocation: Invocation, result: InjectionResult): Promise<number> {
  for (const note of result.notes) invocation.hint(`note: ${note}`);
  for (const warning of result.warnings) invocation.hint(`warning: ${warning}`);
  if (result.manifest !== undefined && result.workloads.length === 0) {
    invocation.hint('note: none of the documents has a Pod template; they are printed as they are');
  }
  await invocation.print(injectionView(result, invocation.clock.now()));
  return 0;
}

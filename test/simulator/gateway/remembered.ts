import type { Landscape } from '../landscape.ts';
import type { Answer } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** The answers of one state of the landscape. */
interface Remembered {
  readonly version: number;
  readonly answers: Map<string, Answer>;
}

const remembered = new WeakMap<Landscape, Remembered>();
const MOST = 1_000;
const LISTING = 'applicationsForRuntime';

/**
 * The same page again, as it was answered before, where the switch `rememberListings` is on and no Application and no Runtime
 * has changed since. It is for load: working out a page takes this simulator many times as long as a client takes to read it.
 */
export async function rememberedListing(exchange: Exchange, answer: () => Promise<Answer>): Promise<Answer> {
  const { compass, request, logged, tenant } = exchange;
  const { switches, landscape } = compass;
  if (!switches.rememberListings || logged.rootFields.join() !== LISTING) return answer();
  const answers = answersOf(landscape);
  const key = JSON.stringify([switches, logged.identity, exchange.bearer, tenant, request]);
  const known = answers.get(key);
  if (known) return known;
  const fresh = await answer();
  if (fresh.status === 200 && answers.size < MOST) answers.set(key, fresh);
  return fresh;
}

function answersOf(landscape: Landscape): Map<string, Answer> {
  const { version } = landscape;
  const present = remembered.get(landscape);
  if (present?.version === version) return present.answers;
  const answers = new Map<string, Answer>();
  remembered.set(landscape, { version, answers });
  return answers;
}

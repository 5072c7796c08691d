import { kubeconfigPaths, readKubeconfig } from '#common/cluster/kubeconfig-file.ts';
import type { Flag } from '../flags.ts';
import { waysToSay } from '../output/format.ts';
import { type Candidate, type Completion, DIRECTIVES, offer, offerOpenEnded, valuesOf } from './candidate.ts';
import { lookUp } from './look-up.ts';
import type { Situation } from './situation.ts';

/** What the value of a flag may be. */
export async function completeValue(flag: Flag, situation: Situation): Promise<Completion> {
  if (flag.choices) return offer(valuesOf(flag.choices));
  if (flag.name === 'output') return offerOpenEnded(formats(situation));
  if (flag.name in KUBECONFIG_PARTS) return offer(await fromKubeconfig(flag.name, situation));
  if (flag.name === 'namespace') return offer(valuesOf(await lookUp('namespaces', situation)));
  if (flag.name === 'app') return offer(valuesOf(await lookUp('applications', situation)));
  if (flag.value === 'DIRECTORY' || flag.value === 'DIR') return { candidates: [], directive: DIRECTIVES.folders };
  if (/FILE|PATH/.test(flag.value ?? '')) return { candidates: [], directive: DIRECTIVES.files };
  // `none|client|server`: the value's name lists what there is.
  return offer(/^[a-z]+(?:\|[a-z]+)+$/.test(flag.value ?? '') ? valuesOf((flag.value ?? '').split('|')) : []);
}

function formats({ command }: Situation): Candidate[] {
  const offered = (command?.formats ?? []).filter((format) => format !== 'default');
  return valuesOf(offered.flatMap(waysToSay));
}

/** The flags that name a part of the kubeconfig, or several of it. */
const KUBECONFIG_PARTS = { context: 'contexts', contexts: 'contexts', cluster: 'clusters', user: 'users' } as const;

async function fromKubeconfig(name: string, situation: Situation): Promise<Candidate[]> {
  const { before, current, surroundings } = situation;
  const given = before.findLastIndex((word) => word === '--kubeconfig' || word.startsWith('--kubeconfig='));
  const path = before[given]?.split('=')[1] ?? before[given + 1];
  const config = await readKubeconfig(kubeconfigPaths(surroundings.env, given < 0 ? undefined : path));
  const part = KUBECONFIG_PARTS[name as keyof typeof KUBECONFIG_PARTS];
  const names = [...(config?.[part].keys() ?? [])];
  return valuesOf(name === part ? oneMore(current, names) : names);
}

/** A list with commas, and one more behind the last: none twice. */
function oneMore(current: string, names: readonly string[]): string[] {
  const given = current.split(',').slice(0, -1);
  return names.filter((name) => !given.includes(name)).map((name) => [...given, name].join(','));
}

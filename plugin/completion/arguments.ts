import type { CommandEntry } from '../command.ts';
import { type Candidate, type Completion, DIRECTIVES, offer, offerOpenEnded, valuesOf } from './candidate.ts';
import { lookUp } from './look-up.ts';
import { SHELLS } from './scripts.ts';
import type { Situation } from './situation.ts';

/** What an argument of a command may be, by what it is called in the usage line. */
export async function completeArgument(
  entry: CommandEntry,
  names: readonly string[],
  situation: Situation,
): Promise<Completion> {
  const placeholders = entry.arguments.split(' ').filter((word) => word !== '');
  const last = placeholders.at(-1);
  const placeholder = placeholders[names.length] ?? (last?.includes('...') ? last : undefined);
  if (placeholder === undefined) return offer([]);
  if (/FILE/.test(placeholder)) return { candidates: [], directive: DIRECTIVES.files };
  if (bare(placeholder) === 'TYPE/NAME') {
    return offerOpenEnded(await (await import('./workloads.ts')).workloads(situation));
  }
  return offer(await candidatesOf(bare(placeholder), entry, names, situation));
}

/** `[APPS...]` is about APPS. */
function bare(placeholder: string): string {
  return placeholder.replaceAll(/[[\].]/g, '');
}

async function candidatesOf(
  placeholder: string,
  entry: CommandEntry,
  names: readonly string[],
  situation: Situation,
): Promise<Candidate[]> {
  if (/^[a-z]+(?:\|[a-z]+)+$/.test(placeholder)) return valuesOf(placeholder.split('|'));
  if (placeholder === 'SHELL') return valuesOf(SHELLS);
  if (placeholder === 'TYPE') {
    return (await import('./typed-names.ts')).typesOrNames(await typesOf(entry), situation);
  }
  if (entry.name === 'trace' && names[0] === 'secret') return valuesOf(await lookUp('secrets', situation));
  if (entry.name === 'trace' && names[0] === 'url') return valuesOf(await lookUp('urls', situation));
  if (placeholder.startsWith('CODE')) return (await import('../explain/candidates.ts')).explainable();
  if (isAboutApplications(placeholder, entry, names)) {
    const known = await lookUp('applications', situation);
    return valuesOf(known.filter((name) => !names.includes(name)));
  }
  if (placeholder === 'NAME') return valuesOf(await lookUp('compassconnections', situation));
  return [];
}

/** What TYPE may be. */
async function typesOf({ name }: CommandEntry): Promise<readonly string[]> {
  if (name === 'trace') return (await import('../trace/asked.ts')).TRACE_TYPES;
  return ['describe', 'tree'].includes(name) ? ['app'] : (await import('../get/resource.ts')).RESOURCE_TYPES;
}

/** `APPS`; and the NAME of `get apps NAME` and `describe app NAME`. */
function isAboutApplications(placeholder: string, { name }: CommandEntry, names: readonly string[]): boolean {
  if (placeholder.startsWith('APP')) return true;
  const words = [...name.split(' ').slice(1), ...names];
  return placeholder.startsWith('NAME') && words.some((word) => /^app(?:s|lications?)?$/.test(word));
}

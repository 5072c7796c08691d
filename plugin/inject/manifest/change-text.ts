import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { planInjection } from '../additions.ts';
import { put } from '../put.ts';
import { planRemoval } from '../removal.ts';
import type { InjectionSettings } from '../settings.ts';
import { recordIn, type Template } from '../template.ts';
import { append, withoutAppended } from './appended.ts';
import { cuts } from './cut.ts';
import { insertions } from './insert.ts';
import { isFlow, nodesAlong, type YamlNode } from './nodes.ts';
import { parseDocuments } from './parse.ts';
import { type Splice, splice } from './splice.ts';
import { type ManifestWorkload, requireWrittenOut, workloadName, workloadsIn } from './workloads.ts';

/** What became of a text, and of each workload in it. */
export interface ChangedText {
  readonly text: string;
  readonly workloads: readonly ChangedWorkload[];
}

export interface ChangedWorkload {
  readonly workload: ManifestWorkload;
  /** Whether there was a sidecar before. */
  readonly hadSidecar: boolean;
  readonly notes: readonly string[];
}

interface Found {
  readonly workload: ManifestWorkload;
  readonly document: YamlNode;
}

function find(text: string, name: string): readonly Found[] {
  const documents = parseDocuments(text, name);
  return documents.flatMap((document) => workloadsIn(document).map((workload) => ({ workload, document })));
}

/**
 * A text with no sidecar in any of its workloads: byte for byte what it was before inject, and as it is where there is none.
 * Throws Usage for what is no YAML.
 */
export function ejectText(given: string, name: string): ChangedText {
  const text = withoutAppended(given);
  const found = find(text, name);
  const splices: Splice[] = [];
  const workloads = found.map(({ workload }): ChangedWorkload => {
    const record = recordIn(workload.template);
    if (record) {
      splices.push(...cuts(text, workload.root, workload.path, planRemoval(workload.template, record), record.was));
    }
    return { workload, hadSidecar: record !== undefined, notes: [] };
  });
  return { text: splices.length === 0 ? text : splice(text, splices), workloads };
}

/**
 * A text with a sidecar in all of its workloads; nothing else in it is changed. One that was there before gives way to the
 * new one. Throws Usage for what is no YAML, ConfigurationBlocked where something is in the way.
 */
export function injectText(
  text: string,
  name: string,
  settings: InjectionSettings,
  bindingsFor: (workload: ManifestWorkload) => readonly KubeObject[] = () => [],
): ChangedText {
  const before = ejectText(text, name);
  const found = find(before.text, name);
  const splices: Splice[] = [];
  const expected: Template[] = [];
  const workloads = found.map(({ workload, document }, i): ChangedWorkload => {
    requireWrittenOut(workload, document);
    const { additions, notes } = plan(workload, settings, before.text);
    splices.push(...insertions(before.text, workload.root, workload.path, additions));
    expected.push(put(workload.template, additions));
    return { workload, hadSidecar: before.workloads[i]?.hadSidecar ?? false, notes };
  });
  const objects = distinct(found.flatMap(({ workload }) => bindingsFor(workload)));
  const injected = append(splice(before.text, splices), objects);
  requireExact(injected, before.text, expected, name);
  return { text: injected, workloads };
}

/** Workloads with one account share its bindings. */
function distinct(objects: readonly KubeObject[]): readonly KubeObject[] {
  return [...new Map(objects.map((object) => [JSON.stringify(object), object])).values()];
}

function plan(workload: ManifestWorkload, settings: InjectionSettings, text: string) {
  const was = (path: readonly string[]): string | undefined => {
    const whole = [...workload.path, ...path];
    const nodes = nodesAlong(workload.root, whole);
    const node = nodes.at(-1);
    const isNull = nodes.length > whole.length && node?.type === 'scalar' && node.value === null;
    // What is not written outside of brackets leaves no trace: what comes in its place is written below its key.
    return isNull && (!node.isBlank || isFlow(nodes.at(-2))) ? text.slice(node.start, node.end) : undefined;
  };
  try {
    return planInjection(workload.template, settings, was);
  } catch (error) {
    if (!(error instanceof CompassError)) throw error;
    // biome-ignore lint/style/useErrorCause: the cause is there, as CompassError takes it: third
    throw new CompassError(error.reason, `${workloadName(workload)}: ${error.message}`, { cause: error });
  }
}

/** What cannot be taken back byte for byte, or says something else than it should, is not given out. */
function requireExact(injected: string, before: string, expected: readonly Template[], name: string): void {
  const templates = find(injected, name).map(({ workload }) => workload.template);
  if (isDeepStrictEqual(templates, expected) && ejectText(injected, name).text === before) return;
  const message = `${name} is written in a way that cannot be changed without changing more than the Pod template`;
  throw new CompassError('ConfigurationBlocked', `${message}; format it anew first`);
}

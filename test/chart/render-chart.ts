import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { load, loadAll } from 'js-yaml';
import type { KubeObject } from '#common/cluster/objects.ts';
import { Evaluation } from './template/evaluate.ts';
import { isMap, type Value } from './template/functions.ts';
import { type Nodes, parseTemplate, type Template } from './template/parse.ts';

/** `sidecar/deploy/chart`, as a path. */
export const CHART_FOLDER = fileURLToPath(new URL('../../sidecar/deploy/chart', import.meta.url));

export type Values = { readonly [key: string]: Value };

/** What `helm template` is told: where the release is, and what differs from values.yaml. */
export interface Release {
  readonly namespace?: string;
  readonly values?: Values;
}

export interface Rendered {
  readonly objects: readonly KubeObject[];
  readonly notes: string;
}

const NOTES = 'NOTES.txt';

const read = (name: string): string => readFileSync(join(CHART_FOLDER, name), 'utf8');

/** Chart.yaml as it stands. */
export const CHART = load(read('Chart.yaml')) as {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
};

/** values.yaml as it stands. */
export const CHART_VALUES = load(read('values.yaml')) as Values;

const isValid = new Ajv({ allErrors: true, verbose: true }).compile(JSON.parse(read('values.schema.json')));

const templates: ReadonlyMap<string, Template> = new Map(
  globSync('**/*.{yaml,tpl,txt}', { cwd: join(CHART_FOLDER, 'templates') })
    .toSorted()
    .map((name) => [name, parseTemplate(read(join('templates', name)), name)]),
);

const definitions: ReadonlyMap<string, Nodes> = new Map(
  [...templates.values()].flatMap((template) => [...template.definitions]),
);

/**
 * Renders the chart as Helm does, as far as it uses Helm; whether it does as Helm does is compared in test/release. Throws
 * where values.schema.json or a template refuses the values.
 */
export function renderChart({ namespace = 'compass-system', values = {} }: Release = {}): Rendered {
  const merged = merge(CHART_VALUES, values);
  if (!isValid(merged)) {
    const why = (isValid.errors ?? []).map(({ instancePath, message, params }) => {
      return `${instancePath} ${message} ${JSON.stringify(params)}`;
    });
    throw new Error(why.join('\n'));
  }
  const context = {
    Values: merged,
    Release: { Name: 'compass', Namespace: namespace },
    Chart: { Name: CHART.name, Version: CHART.version, AppVersion: CHART.appVersion },
  };
  const evaluation = new Evaluation(definitions);
  const texts = new Map([...templates].map(([name, { body }]) => [name, evaluation.print(body, context)]));
  const manifests = [...texts].filter(([name]) => name.endsWith('.yaml')).map(([, text]) => text);
  return {
    objects: manifests.flatMap((text) => loadAll(text) as (KubeObject | null)[]).filter((object) => object !== null),
    notes: texts.get(NOTES) ?? '',
  };
}

/** Helm's own way: maps key by key, everything else as a whole, and null takes a default away. */
export function merge(base: Values, over: Values): Values {
  const merged = Object.entries(over).map(([key, value]) => {
    const before = base[key];
    return [key, isMap(before) && isMap(value) ? merge(before, value) : value] as const;
  });
  return Object.fromEntries(
    Object.entries({ ...base, ...Object.fromEntries(merged) }).filter(([, value]) => value !== null),
  );
}

import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '#common/cluster/cluster.ts';
import { discoverKind } from '#common/cluster/discovery.ts';
import { CUSTOM_RESOURCE_DEFINITION, type Kind, type KubeObject } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { reading } from '../connection/reading.ts';
import { PLUGIN_FIELD_MANAGER } from '../requests/ask.ts';
import type { DefinitionChoice } from './definition-choice.ts';
import { definitionObjects } from './manifests.ts';

/** A CustomResourceDefinition (apiextensions.k8s.io/v1), as much as is read of it. */
export interface Definition extends KubeObject {
  readonly spec: {
    readonly names?: { readonly kind?: string; readonly plural?: string };
    readonly versions?: readonly {
      readonly name: string;
      readonly served?: boolean;
      readonly subresources?: { readonly status?: object };
    }[];
  };
  readonly status?: { readonly storedVersions?: readonly string[] };
}

/** One of our two definitions, and what is there of it. */
export interface DefinitionFacts {
  readonly kind: Kind;
  readonly ours: Definition;
  /** Whether the cluster serves the version that we speak. */
  readonly isServed: boolean;
  /** Whether its status is a subresource, as it is served. */
  readonly hasStatus: boolean;
  /** The definition itself; undefined where there is none, and where it may not be read. */
  readonly present: Definition | undefined;
  readonly mayBeRead: boolean;
}

export type DefinitionAction = 'created' | 'replaced' | 'kept' | 'unchanged' | 'skipped';

/** What is done with one definition, and what that means. */
export interface DefinitionPlan extends DefinitionFacts {
  readonly action: DefinitionAction;
  readonly text: string;
  /** What would be lost by it; nothing unless it is replaced. */
  readonly losses: readonly string[];
}

export async function fetchDefinitions(cluster: Cluster): Promise<readonly DefinitionFacts[]> {
  return Promise.all(
    [COMPASS_CONNECTION, APPLICATION].map(async (kind) => {
      const ours = definitionObjects().find(({ metadata }) => metadata.name === definitionName(kind)) as Definition;
      const right = {
        verb: 'get',
        resource: 'customresourcedefinitions.apiextensions.k8s.io',
        name: definitionName(kind),
      };
      const [{ served, hasStatus }, { items, denied }] = await Promise.all([
        discoverKind(cluster, kind),
        reading(right, async () => [
          await cluster.find<Definition>({ kind: CUSTOM_RESOURCE_DEFINITION, name: definitionName(kind) }),
        ]),
      ]);
      return { kind, ours, isServed: served, hasStatus, present: items[0], mayBeRead: !denied };
    }),
  );
}

/** The name of a kind's definition: `applications.applicationconnector.kyma-project.io`. */
export function definitionName({ plural, apiVersion }: Kind): string {
  return `${plural}.${apiVersion.split('/')[0]}`;
}

/** Decides about one definition. */
export function planDefinition(facts: DefinitionFacts, choice: DefinitionChoice): DefinitionPlan {
  const { isServed, present, ours, hasStatus, kind } = facts;
  const none = { ...facts, losses: [] };
  const ownStatus = describeStatus(kind, statusOf(ours));
  if (choice === 'skip') return { ...none, action: 'skipped', text: '' };
  if (!present && !isServed) return { ...none, action: 'created', text: ownStatus };
  const whose = present ? by(present) : '';
  if (choice === 'keep' || !present) {
    return { ...none, action: 'kept', text: joined(whose, describeStatus(kind, hasStatus)) };
  }
  if (hasOurSpec(present, ours)) return { ...none, action: 'unchanged', text: ownStatus };
  const losses = managerOf(present) === PLUGIN_FIELD_MANAGER ? [] : lossesOf(present, ours);
  return { ...facts, action: 'replaced', text: joined(whose, ownStatus), losses };
}

function joined(...texts: readonly string[]): string {
  return texts.filter((text) => text !== '').join('; ');
}

/** Of a CompassConnection, whose status two programs may have to write. */
function describeStatus({ kind }: Kind, hasStatus: boolean): string {
  if (kind !== COMPASS_CONNECTION.kind) return '';
  return hasStatus
    ? 'its status is a subresource, which the sidecar writes and the Compass Runtime Agent could not'
    : 'its status is no subresource, so that the Compass Runtime Agent could write it, too';
}

/** Who wrote it first. Servers before 1.22 do not say that their own fields are those of the status. */
function managerOf({ metadata: { managedFields = [] } }: Definition): string | undefined {
  const others = managedFields.filter(({ manager }) => manager !== 'kube-apiserver');
  return others.find(({ subresource }) => subresource === undefined)?.manager;
}

function by(definition: Definition): string {
  const manager = managerOf(definition);
  return manager === undefined ? '' : `made by ${manager}`;
}

function statusOf({ spec }: Definition): boolean {
  return spec.versions?.some(({ subresources }) => subresources?.status !== undefined) ?? false;
}

/** The server fills in what ours leaves out. */
function hasOurSpec(present: Definition, ours: Definition): boolean {
  return isDeepStrictEqual(merged(present.spec, ours.spec), present.spec);
}

/** A value with all that is in `over` put into it, list item by list item; lists of other lengths as they are in `over`. */
function merged(base: unknown, over: unknown): unknown {
  if (Array.isArray(over)) {
    return Array.isArray(base) && base.length === over.length ? over.map((item, i) => merged(base[i], item)) : over;
  }
  if (typeof over !== 'object' || over === null) return over;
  const from = typeof base === 'object' && base !== null ? (base as Record<string, unknown>) : {};
  // What is false is left out.
  const said = Object.entries(over).filter(([key, value]) => value !== false || from[key] !== undefined);
  const entries = said.map(([key, value]) => [key, merged(from[key], value)] as const);
  return { ...from, ...Object.fromEntries(entries) };
}

function lossesOf(present: Definition, ours: Definition): readonly string[] {
  const names = ({ spec }: Definition) => (spec.versions ?? []).map(({ name }) => name);
  const versions = names(present).filter((name) => !names(ours).includes(name));
  const name = present.metadata.name;
  return [
    ...(statusOf(present) && !statusOf(ours)
      ? [`the status of ${name} is no subresource any more: whoever writes it there fails`]
      : []),
    ...(versions.length > 0 ? [`${name} is not served as ${versions.join(', ')} any more`] : []),
    `fields that the schema of ${name} in the cluster has and ours has not are dropped when an object is written`,
  ];
}

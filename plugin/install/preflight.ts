import type { Cluster } from '#common/cluster/cluster.ts';
import type { KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { FOREIGN_AGENT, findForeignAgents } from '../connection/foreign-agents.ts';
import type { Progress } from '../output/progress.ts';
import type { DefinitionPlan } from './definitions.ts';
import { definitionName } from './definitions.ts';
import { findInstallations, valuesOf } from './installed.ts';
import { missingNamespaces } from './missing-namespaces.ts';
import { missingRights } from './missing-rights.ts';
import type { Problem } from './problem.ts';
import type { InstallationValues } from './values.ts';

export interface PreflightInput {
  readonly values: InstallationValues;
  readonly objects: readonly KubeObject[];
  readonly definitions: readonly DefinitionPlan[];
}

const STEPS: readonly Problem['step'][] = ['rights', 'namespaces', 'definitions', 'agent', 'sidecars'];

const ALL_WELL: Readonly<Record<Problem['step'], string>> = {
  rights: 'you have all that this takes',
  namespaces: 'those that it needs are there',
  definitions: 'nothing is in the way',
  agent: 'no other agent is at work',
  sidecars: 'no other sidecar keeps this connection',
};

/** Looks for everything that is missing or in the way, at once and without a change. What may not be looked at is no problem. */
export async function findProblems(cluster: Cluster, input: PreflightInput): Promise<readonly Problem[]> {
  const found = await Promise.all([
    missingRights(cluster, created(input)),
    missingNamespaces(cluster, input.values),
    otherAgents(cluster, input.values),
    otherSidecars(cluster, input.values),
  ]);
  return [...found.flat(), ...unfitDefinitions(input.definitions)];
}

/**
 * Shows what was found, and throws where something was: the gravest one's reason, all of their messages, and what to do
 * about the first. Nothing was changed.
 */
export function requireNoProblems(problems: readonly Problem[], progress: Progress): void {
  for (const step of STEPS) {
    const own = problems.filter((problem) => problem.step === step);
    if (own.length === 0) progress.step('ok', step, ALL_WELL[step]);
    for (const { message } of own) progress.step('error', step, message);
  }
  const gravest = problems.toSorted((one, other) => STEPS.indexOf(one.step) - STEPS.indexOf(other.step))[0];
  if (!gravest) return;
  const messages = problems.map(({ message }) => message).join('; ');
  throw new CompassError(gravest.reason, `${messages}; nothing was changed`, { next: gravest.next });
}

/** Everything that is written. */
function created({ objects, definitions }: PreflightInput): readonly KubeObject[] {
  const made = definitions.filter(({ action }) => action === 'created' || action === 'replaced');
  return [...objects, ...made.map(({ ours }) => ours)];
}

/** A definition of others that does not serve what we speak; one that nobody may make here is a missing right. */
function unfitDefinitions(definitions: readonly DefinitionPlan[]): readonly Problem[] {
  return definitions
    .filter(({ action, isServed }) => (action === 'kept' || action === 'skipped') && !isServed)
    .map(({ kind, action }) => {
      const name = definitionName(kind);
      const message =
        action === 'skipped'
          ? `there is no definition ${name}, and --crds=skip makes none`
          : `the definition ${name} in the cluster does not serve ${kind.apiVersion} (--crds=replace puts ours in its place)`;
      return {
        step: 'definitions',
        reason: 'NotInstalled',
        message,
        next: `kubectl get customresourcedefinition ${name}`,
      };
    });
}

async function otherAgents(cluster: Cluster, { namespace, replicas }: InstallationValues): Promise<readonly Problem[]> {
  if (replicas === 0) return [];
  const { items } = await findForeignAgents<KubeObject & { readonly spec?: { readonly replicas?: number } }>(
    cluster,
    namespace,
  );
  return items
    .filter(({ spec }) => (spec?.replicas ?? 1) > 0)
    .map(({ metadata }) => ({
      step: 'agent',
      reason: 'ForeignAgent',
      message: `${FOREIGN_AGENT} runs in namespace ${metadata.namespace}: two agents take each other's tokens and Applications`,
      next: 'kubectl compass migrate from-agent --plan',
    }));
}

/** Two sidecars of one connection: only one of the two installations would be upgraded, and the rights are of one. */
async function otherSidecars(cluster: Cluster, values: InstallationValues): Promise<readonly Problem[]> {
  const others = (await findInstallations(cluster)).filter(({ metadata }) => metadata.namespace !== values.namespace);
  return others
    .map(valuesOf)
    .filter(({ connectionName }) => connectionName === values.connectionName)
    .map(({ namespace }) => ({
      step: 'sidecars',
      reason: 'RequestRefused',
      message: `a sidecar in namespace ${namespace} keeps ${values.connectionName} already (--set connectionName=NAME gives this one another)`,
      next: `kubectl compass uninstall -n ${namespace}`,
    }));
}

import { DEFAULT_NAMESPACE } from '../connection/reports.ts';
import { canICommand, describeRight } from '../connection/right.ts';
import { ownPlaces } from '../install/own-places.ts';
import { withoutCredentials } from '../output/without-credentials.ts';
import { lostSettings } from './carry-over.ts';
import { agentContainer, type MigrationFacts } from './facts.ts';
import type { MigrationFinding } from './finding.ts';
import { lostParts } from './lost-parts.ts';
import { installationValues } from './target.ts';
import { placeOf } from './workload.ts';

/** Whether a sidecar is there already, and whether it would find what it takes over. */
export function judgeSidecar(facts: MigrationFacts): readonly MigrationFinding[] {
  const { sidecars, otherLeader, namespace } = facts;
  const base = { name: 'sidecar' };
  const [sidecar, ...others] = sidecars.items;
  const findings: MigrationFinding[] = [];
  if (sidecars.denied) {
    const message = `${describeRight(sidecars.denied)}: whether one is there already is not known`;
    findings.push({
      ...base,
      status: 'error',
      reason: 'ClusterForbidden',
      message,
      next: canICommand(sidecars.denied),
    });
  }
  if (others.length > 0) {
    const places = sidecars.items.map(placeOf).join(', ');
    findings.push({
      ...base,
      status: 'warning',
      message: `more than one sidecar keeps this connection: ${places}; the first one is meant`,
    });
  }
  if (otherLeader !== undefined) {
    const message = `pod ${namespace}/${otherLeader} keeps the connection already, and is of no Deployment of a sidecar`;
    findings.push({ ...base, status: 'warning', message });
  }
  if (!sidecar) return [...findings, { ...base, status: 'ok', message: `to be installed in ${namespace}` }];
  return [
    ...findings,
    { ...base, status: 'ok', message: `${placeOf(sidecar)} is there, and used as it is` },
    ...differentPlaces(facts),
  ];
}

/** A sidecar that looks elsewhere for the Secrets would ask for a token. */
function differentPlaces({ sidecars, secrets, namespace }: MigrationFacts): readonly MigrationFinding[] {
  const [sidecar] = sidecars.items;
  if (!sidecar) return [];
  const env = sidecar.spec?.template?.spec?.containers?.flatMap((container) => container.env ?? []) ?? [];
  const settings = Object.fromEntries(env.map(({ name, value = '' }) => [name, value]));
  // What the sidecar takes where nothing is said, whatever its namespace is.
  const taken = ownPlaces({ namespace: DEFAULT_NAMESPACE, settings });
  const wanted = { configuration: secrets.configuration.place, client: secrets.client.place };
  return (['configuration', 'client'] as const)
    .filter((key) => taken[key].namespace !== wanted[key].namespace || taken[key].name !== wanted[key].name)
    .map((key) => {
      const [is, should] = [taken[key], wanted[key]].map(({ namespace: place, name }) => `${place}/${name}`);
      const setting = key === 'client' ? 'APP_CLUSTER_CERTIFICATES_SECRET' : 'APP_AGENT_CONFIGURATION_SECRET';
      return {
        name: 'sidecar',
        status: 'error',
        reason: 'MigrationBlocked',
        message: `the sidecar looks for ${is}, and the agent keeps ${should}`,
        next: `kubectl -n ${namespace} set env deployment/${sidecar.metadata.name} ${setting}=${should}`,
      };
    });
}

/** What the agent has, and the sidecar will not. */
export function judgeLosses(facts: MigrationFacts): readonly MigrationFinding[] {
  const { sidecars, settings, agent } = facts;
  const parts = lostParts(agent.spec?.template?.spec, agentContainer(agent));
  const lost = [
    ...lostSettings(settings).map(({ name, note }) => `${name}${note ? ` (${note})` : ''}`),
    ...parts,
    // One that is there keeps its own.
    ...(sidecars.items.length > 0 ? differingSettings(facts) : []),
  ];
  return lost.map((what) => ({ name: 'not-carried-over', status: 'warning', message: what }));
}

function differingSettings(facts: MigrationFacts): readonly string[] {
  const [sidecar] = facts.sidecars.items;
  const env = sidecar?.spec?.template?.spec?.containers?.flatMap((container) => container.env ?? []) ?? [];
  const present = new Map(env.map(({ name, value = '' }) => [name, value]));
  return Object.entries(installationValues(facts, undefined).settings)
    .filter(([name, value]) => !name.endsWith('_SECRET') && present.get(name) !== value)
    .map(([name, value]) => {
      const has = present.get(name);
      return `${name}=${value}: the sidecar that is there has ${has === undefined ? 'its default' : withoutCredentials(has)}`;
    });
}

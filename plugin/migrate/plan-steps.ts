import { count } from '../status/words.ts';
import type { MigrationStep } from './context.ts';
import type { MigrationFacts } from './facts.ts';
import { phaseOf } from './phase.ts';
import { sidecarPlace } from './sidecar-place.ts';
import { installationValues } from './target.ts';
import { isUp, placeOf, wantedReplicas } from './workload.ts';

/** What --apply would do, in its order; what is done already is left out. */
export function planSteps(facts: MigrationFacts, image: string | undefined): readonly MigrationStep[] {
  const { agent, sidecars, applications } = facts;
  const place = sidecarPlace(facts);
  const [sidecar] = sidecars.items;
  const present = applications.items[0]?.size ?? 0;
  const from = count(wantedReplicas(agent), 'replica');
  const hint = image === undefined ? '; no public registry has that image: --image names yours' : '';
  const steps: readonly (readonly [isLeft: boolean, step: string, message: string])[] = [
    [!sidecar, 'install', `install ${place} from ${installationValues(facts, image).image}, at 0 replicas${hint}`],
    [sidecar !== undefined, 'install', `give ${place} the rights to see the agent, and to use its Secrets`],
    [
      isUp(agent),
      'stop',
      `scale ${placeOf(agent)} to 0, write down that it had ${from}, and wait until its Pods are gone`,
    ],
    [
      !isUp(sidecar),
      'start',
      `scale ${place} to 1, which takes over the agent's Secrets and CompassConnection; no token is used`,
    ],
    [true, 'prove', 'wait until it has read the Director once, to the end'],
    [
      true,
      'applications',
      `compare ${count(present, 'Application')} by name and UID; if one is gone, or a step fails, go back`,
    ],
  ];
  if (phaseOf(facts) === 'sidecar' && facts.record?.provenAt !== undefined) return [];
  return steps.flatMap(([isLeft, step, message]) => (isLeft ? [{ step, status: 'planned', message }] : []));
}

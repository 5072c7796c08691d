import type { MigrationFacts } from './facts.ts';
import { placeOf } from './workload.ts';

/** `namespace/name` of the Deployment that takes over. */
export function sidecarPlace({ sidecars, namespace }: Pick<MigrationFacts, 'sidecars' | 'namespace'>): string {
  const [sidecar] = sidecars.items;
  return sidecar ? placeOf(sidecar) : `${namespace}/compass-sidecar`;
}

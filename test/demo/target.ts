import type { Cluster } from '#common/cluster/cluster.ts';
import type { Place } from './place.ts';

/** A cluster that is ready for the demo: definitions and namespaces are there, a connection is not. */
export interface Target extends AsyncDisposable {
  readonly cluster: Cluster;
  /** The value of KUBECONFIG that leads to it. */
  readonly kubeconfig: string;
  readonly place: Place;
}

import type { KubeApi } from '../kube-api/kube-api.ts';

/** Who somebody is to an API server. */
export interface Person {
  readonly name: string;
  readonly groups?: readonly string[];
}

/** What a kubeconfig's user holds to prove it. */
export type Proof = { readonly token: string } | { readonly cert: string; readonly key: string };

/** An API server that tests run against: the embedded one or a genuine one. */
export interface ControlPlane {
  readonly target: 'embedded' | 'genuine';
  readonly server: string;
  /** The CA of its certificate, in PEM. */
  readonly ca: string;
  /** Where it may keep files of a test's. */
  readonly folder: string;
  /** Whether owner references and service accounts are looked after (garbage collection, `default` accounts). */
  readonly hasControllers: boolean;
  /** The embedded server itself, for faults and recordings. */
  readonly embedded?: KubeApi;
  /** Forgets every version of every object but the newest: what asks for an older one gets 410. */
  compact(): Promise<void>;
  proofFor(person: Person): Promise<Proof>;
  /** Makes it as new, for the next test. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The one who may do everything. */
export const ADMIN: Person = { name: 'admin', groups: ['system:masters'] };

import type { ApplicationSpec, ServiceEntry } from '#common/resources/application.ts';
import type { Sensitive } from '#common/sensitive.ts';
import type { Problem } from './problem.ts';

/** What the mapping needs beside the Application. */
export interface MappingSettings {
  /** Without a slash at the end. */
  readonly gatewayUrl: string;
  readonly skipVerify: boolean;
}

/** The spec as far as every synchronization keeps it: what is written once, at creation, is not part of it. */
export type DesiredSpec = Required<
  Pick<ApplicationSpec, 'description' | 'skipVerify' | 'labels' | 'services' | 'compassMetadata'>
>;

export interface DesiredSecret {
  readonly name: string;
  readonly labels: { readonly app: string; readonly bundleId: string };
  /** Values as they are, not in base64. */
  readonly content: Sensitive<Readonly<Record<string, string>>>;
  /** Of credentials: what is recorded of how to get in with them, see access-record.ts. */
  readonly access?: string | undefined;
}

/** A bundle whose credentials cannot be used. Its API entries are absent from the spec until the last good ones are put in. */
export interface KeptBundle {
  readonly bundleId: string;
  /** What the Secret of its credentials is called under the Application's present name. */
  readonly secretName: string;
  readonly entries: readonly ServiceEntry[];
  readonly why: string;
}

/** One Application of the Director as the cluster must show it. */
export interface Desired {
  readonly id: string;
  readonly name: string;
  readonly spec: DesiredSpec;
  readonly secrets: readonly DesiredSecret[];
  /** Empty once kept.ts has been over it. */
  readonly kept: readonly KeptBundle[];
  /** Ids of the bundles whose credentials and parameters are hidden: those in the cluster are to be put in. */
  readonly vanished?: readonly string[] | undefined;
  /** What is wrong with it although it can be written. */
  readonly problem?: Problem | undefined;
}

export type Mapped =
  | { readonly kind: 'desired'; readonly desired: Desired }
  | { readonly kind: 'invalid'; readonly problem: Problem };

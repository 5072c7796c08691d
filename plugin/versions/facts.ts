import type { MissingRight } from '../connection/right.ts';
import type { Skew } from './skew.ts';

/** One sidecar, by its report. */
export interface SidecarVersion {
  readonly connection: string;
  readonly namespace: string;
  /** Undefined where its report does not say. */
  readonly version: string | undefined;
  readonly skew: Skew;
}

/** A kind that the connection lives in, and whether the cluster serves the version that we speak. */
export interface DefinitionVersion {
  readonly kind: string;
  readonly apiVersion: string;
  readonly served: boolean;
  /** Whether its status is a subresource. */
  readonly statusSubresource: boolean;
  /** What `kubectl get` shows beside the name; undefined where the definition may not be read. */
  readonly columns?: readonly string[];
  /** Whether its status keeps conditions, so that `kubectl wait` works; undefined where it may not be read. */
  readonly keepsConditions?: boolean;
}

/** What a cluster says about versions. */
export interface ClusterVersions {
  readonly server: string;
  /** As the API server says it: `v1.33.1`. */
  readonly kubernetes: string | undefined;
  readonly sidecars: readonly SidecarVersion[];
  readonly definitions: readonly DefinitionVersion[];
  readonly notPermitted: readonly MissingRight[];
}

import type { GivenVariables } from './variables.ts';

/** How a sidecar is put beside a workload's containers: everything that the command line, the cluster and defaults decide. */
export interface InjectionSettings extends GivenVariables {
  /** Of the plugin. */
  readonly version: string;
  readonly mode: 'reader' | 'full';
  readonly native: boolean;
  readonly image: string;
  /** The client Secret, which lies where the central sidecar is. */
  readonly secret: { readonly namespace: string; readonly name: string };
  /** Of a whole sidecar: where its configuration Secret is, its connection, and the namespace of the Applications' Secrets. */
  readonly configuration: { readonly namespace: string; readonly name: string };
  readonly connection: string;
  readonly integrationNamespace: string;
  /** Where the files are, in every container. */
  readonly folder: string;
  /** Octal; undefined leaves the sidecar's own, which the group of the Pod may read. */
  readonly fileMode: string | undefined;
  readonly proxyPort: number | undefined;
  /** Undefined takes one that no container declares. */
  readonly healthPort: number | undefined;
  readonly notifyUrl: string | undefined;
  readonly notifySignal: string | undefined;
  /** The only containers that get the files; empty means all. */
  readonly containers: readonly string[];
}

export const DEFAULT_FOLDER = '/var/run/compass';

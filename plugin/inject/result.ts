import type { DryRun } from '../dry-run.ts';
import type { InjectionSettings } from './settings.ts';

export const INJECT_DOCUMENT_KIND = 'InjectResult';
export const EJECT_DOCUMENT_KIND = 'EjectResult';

/** What became of one workload, or would. */
export interface ChangedObject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly action: 'injected' | 'updated' | 'unchanged' | 'ejected';
}

/** What became of a Role or binding, or would. */
export interface ChangedRight {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly action: string;
  readonly why?: string | undefined;
}

/** What came of inject or eject, in the cluster or of manifests. */
export interface InjectionResult {
  readonly kind: typeof INJECT_DOCUMENT_KIND | typeof EJECT_DOCUMENT_KIND;
  readonly workloads: readonly ChangedObject[];
  /** The changed manifests, where it was about these. */
  readonly manifest?: string;
  /** Of inject. */
  readonly sidecar?: Pick<InjectionSettings, 'mode' | 'native' | 'image' | 'secret' | 'folder'>;
  readonly rights: readonly ChangedRight[];
  /** What else was done. */
  readonly notes: readonly string[];
  /** What a person may not want. */
  readonly warnings: readonly string[];
  /** How the rollout ended, where it was waited for. */
  readonly rollout?: string;
  readonly dryRun: DryRun;
}

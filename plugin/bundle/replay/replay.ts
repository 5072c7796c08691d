import type { SyncPlan } from '#common/sync/plan-document.ts';
import type { CheckAnswers } from '../../check/answers.ts';
import type { Exchange, RecordedError } from './exchange.ts';

/** What `status`, `check` and `diff` are replayed from: the content of replay.json, v1, additive changes only. */
export interface Replay {
  /** When the cluster was looked at, in milliseconds since the epoch: the time that everything is judged at. */
  readonly at: number;
  readonly server: string;
  /** The context of the kubeconfig, where one was used. */
  readonly context?: string;
  /** The CompassConnection that was named, and the one that was found. */
  readonly asked?: string;
  readonly connection?: string;
  /** The flags by which commands that are suggested go to the same cluster. */
  readonly flags: Readonly<Record<string, string | readonly string[]>>;
  /** The sidecar's namespace, where the environment named it. */
  readonly environmentNamespace?: string;
  readonly exchanges: readonly Exchange[];
  /** Undefined where no check was made. */
  readonly check?: CheckAnswers;
  /** Undefined where no plan was asked for. */
  readonly diff?: { readonly plan: SyncPlan } | { readonly error: RecordedError };
  /** The names of all Applications of the cluster; undefined where they were not collected. */
  readonly applications?: readonly string[];
}

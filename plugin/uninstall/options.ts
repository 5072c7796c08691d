import type { Invocation } from '../command.ts';
import { DRY_RUN_FLAG, type DryRun, readDryRun } from '../dry-run.ts';
import type { Flag } from '../flags.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { readTimeoutMs, timeoutFlag } from '../wait/flags.ts';

/** What uninstall is told. */
export interface UninstallOptions {
  /** Undefined where none was named. */
  readonly namespace: string | undefined;
  readonly revoke: boolean;
  readonly deleteCredentials: boolean;
  readonly purgeApplications: boolean;
  readonly deleteCrds: boolean;
  readonly dryRun: DryRun;
  readonly timeoutMs: number;
}

const FIVE_MINUTES_MS = 5 * 60_000;

export const UNINSTALL_FLAGS: readonly Flag[] = [
  { name: 'revoke', kind: 'switch', summary: 'have the sidecar revoke the client certificate before it goes' },
  {
    name: 'delete-credentials',
    kind: 'switch',
    summary: 'delete certificate, key, configuration, what is known of tokens, and the CompassConnection',
  },
  { name: 'purge-applications', kind: 'switch', summary: 'delete the Applications that it keeps, and their Secrets' },
  { name: 'delete-crds', kind: 'switch', summary: 'delete definitions that install made and no object uses' },
  YES_FLAG,
  timeoutFlag('5m'),
  DRY_RUN_FLAG,
];

/** Throws Usage for what cannot be meant. */
export function readUninstallOptions({ flags, env }: Pick<Invocation, 'flags' | 'env'>): UninstallOptions {
  return {
    namespace: sidecarNamespace(flags, env),
    revoke: flags.isOn('revoke'),
    deleteCredentials: flags.isOn('delete-credentials'),
    purgeApplications: flags.isOn('purge-applications'),
    deleteCrds: flags.isOn('delete-crds'),
    dryRun: readDryRun(flags),
    timeoutMs: readTimeoutMs(flags, FIVE_MINUTES_MS),
  };
}

import { CompassError } from '#common/errors.ts';
import type { Invocation } from '../command.ts';
import { DRY_RUN_FLAG, type DryRun, readDryRun } from '../dry-run.ts';
import type { Flag } from '../flags.ts';
import { sidecarNamespace } from '../kubeconfig/flags.ts';
import { YES_FLAG } from '../output/confirm.ts';
import { isWaitedFor, readTimeoutMs, timeoutFlag, WAIT_FLAG } from '../wait/flags.ts';
import { DEFINITION_CHOICES, type DefinitionChoice } from './definition-choice.ts';

/** What install and upgrade are told. */
export interface RollOutOptions {
  /** Undefined where none was named. */
  readonly namespace: string | undefined;
  readonly sets: readonly string[];
  readonly crds: DefinitionChoice;
  readonly dryRun: DryRun;
  readonly forcesConflicts: boolean;
  readonly allowsDowngrade: boolean;
  readonly resetsValues: boolean;
  readonly isWaitedFor: boolean;
  readonly timeoutMs: number;
}

const THREE_MINUTES_MS = 3 * 60_000;

const CRDS_FLAG: Flag = {
  name: 'crds',
  kind: 'text',
  value: 'keep|replace|skip',
  summary: 'definitions: keep those that are there (default), put ours in their place, or touch none',
};

/** The flags of install and upgrade. */
export const ROLL_OUT_FLAGS: readonly Flag[] = [
  { name: 'image', kind: 'text', value: 'NAME', summary: 'the image of the sidecar, as --set image=NAME' },
  {
    name: 'set',
    kind: 'texts',
    value: 'KEY=VALUE',
    summary: 'set a value, repeatable; nothing behind = takes it back',
  },
  { name: 'reset-values', kind: 'switch', summary: 'forget the values that were set before' },
  CRDS_FLAG,
  { name: 'allow-downgrade', kind: 'switch', summary: 'put an older version in the place of a newer one' },
  { name: 'force-conflicts', kind: 'switch', summary: 'set fields that somebody else has set otherwise' },
  YES_FLAG,
  { ...WAIT_FLAG, summary: 'wait until it runs: as it does unless --no-wait is said' },
  timeoutFlag('3m'),
  DRY_RUN_FLAG,
];

/** Throws Usage for what cannot be meant. */
export function readRollOutOptions({ flags, env }: Pick<Invocation, 'flags' | 'env'>): RollOutOptions {
  const image = flags.text('image');
  return {
    namespace: sidecarNamespace(flags, env),
    sets: [...flags.texts('set'), ...(image === undefined ? [] : [`image=${image}`])],
    crds: readCrds(flags.text('crds') ?? 'keep'),
    dryRun: readDryRun(flags),
    forcesConflicts: flags.isOn('force-conflicts'),
    allowsDowngrade: flags.isOn('allow-downgrade'),
    resetsValues: flags.isOn('reset-values'),
    isWaitedFor: isWaitedFor(flags),
    timeoutMs: readTimeoutMs(flags, THREE_MINUTES_MS),
  };
}

function readCrds(text: string): DefinitionChoice {
  const choice = DEFINITION_CHOICES.find((candidate) => candidate === text);
  if (choice) return choice;
  throw new CompassError('Usage', `--crds is "${text}", and must be one of ${DEFINITION_CHOICES.join(', ')}`);
}

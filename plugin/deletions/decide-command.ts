import { DEFAULT_CONNECTION_NAME } from '#common/resources/names.ts';
import { atCluster, type Place } from '../failure.ts';
import { shellWord } from '../output/shell-words.ts';

export interface HeldPlanOf {
  /** Name of the CompassConnection. */
  readonly connection: string;
  /** The plan's id. */
  readonly plan: string;
}

/** What a person can do about a held plan, as commands that are about this plan and no other. */
export interface DecideCommands {
  readonly approve: string;
  readonly reject: string;
}

export function decideCommands(
  held: HeldPlanOf,
  place: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): DecideCommands {
  return {
    approve: decideCommand('approve deletions', held, place),
    reject: decideCommand('reject', held, place),
  };
}

function decideCommand(
  name: string,
  { connection, plan }: HeldPlanOf,
  place: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): string {
  const which = connection === DEFAULT_CONNECTION_NAME ? [] : [connection];
  const words = ['kubectl', 'compass', ...name.split(' '), ...which, '--id', plan];
  return atCluster(words.map(shellWord).join(' '), place);
}

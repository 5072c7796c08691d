import { formatRequest, type RequestVerb, requestAnnotation } from '#common/resources/requests.ts';
import { atCluster, type Place } from '../failure.ts';
import { shellWord } from '../output/shell-words.ts';

export interface HeldPlanOf {
  /** Name of the CompassConnection. */
  readonly connection: string;
  /** The plan's id. */
  readonly plan: string;
  /** What was asked already: the same id again would ask for nothing. */
  readonly asked: readonly { readonly verb: string; readonly id: string }[];
}

/** What a person can do about a held plan, as commands. */
export interface DecideCommands {
  readonly approve: string;
  readonly reject: string;
}

export function decideCommands(
  held: HeldPlanOf,
  place: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): DecideCommands {
  return { approve: decideCommand('approve', held, place), reject: decideCommand('reject', held, place) };
}

/** The command that lets a held plan go, or drops it: kubectl's own, which writes the request as an annotation. */
function decideCommand(
  verb: Extract<RequestVerb, 'approve' | 'reject'>,
  { connection, plan, asked }: HeldPlanOf,
  place: Pick<Place, 'clusterFlags' | 'namedNamespace'>,
): string {
  const before = asked.filter((request) => request.verb === verb).map((request) => request.id);
  let id = plan;
  for (let more = 2; before.includes(id); more += 1) id = `${plan}-${more}`;
  const annotation = `${requestAnnotation(verb)}=${formatRequest({ id, parameters: { plan } })}`;
  const words = ['kubectl', 'annotate', '--overwrite', 'compassconnection', connection, annotation];
  return atCluster(words.map(shellWord).join(' '), place);
}

import type { Target } from '../compass.ts';
import type { Json } from '../model.ts';

/**
 * The moments of a request at which a fault can strike: before the gateway takes its token, after that but before the service
 * runs it, and after the service has run it (the certificate is issued, the answer on its way).
 */
export type Stage = 'beforeConsumption' | 'afterConsumption' | 'afterExecution';

/** Something that goes wrong, or takes long. All fields of matching are optional: without any, every request is hit. */
export interface Fault {
  target?: Target;
  /** An operation's name, or one of its root fields. A request that cannot be parsed matches only a fault without it. */
  operation?: string;
  /** How many matching requests to let pass first. */
  skip?: number;
  /** How many to hit after that; all of them where it is absent. */
  times?: number;
  /** Default: `afterExecution` for what edits the service's answer, else `afterConsumption`. */
  when?: Stage;

  /** Wait so long, then do the rest, or go on. */
  delayMs?: number;
  /** Destroy the connection without an answer. */
  cut?: boolean;
  /** Answer with this status and, where `body` is absent, the gateway's own body for it. */
  status?: number;
  headers?: Record<string, string>;
  /** A string is sent as it is, everything else as JSON. */
  body?: Json;
  /** Answer with an HTML page (status 200 where none is given). */
  html?: boolean;
  /** Answer with a GraphQL error at HTTP 200, with extensions where there is a code. */
  error?: { message: string; code?: number; name?: string };

  /** Replace values of the service's answer, by JSON pointer (RFC 6901); `*` stands for every key or index. */
  set?: Record<string, Json>;
  /** Drop values of the service's answer, by JSON pointer. */
  remove?: string[];
  /** Make the answer at least this long, by an `extensions` field. */
  padBytes?: number;
  /** Cut the connection after this many bytes of the answer's body. */
  cutAfterBytes?: number;
  /** Run at its moment; in-process only. For example to delete an Application between two pages. */
  run?: () => void | Promise<void>;
}

export function stageOf(fault: Fault): Stage {
  const edits = fault.set ?? fault.remove ?? fault.padBytes ?? fault.cutAfterBytes;
  return fault.when ?? (edits === undefined ? 'afterConsumption' : 'afterExecution');
}

import type { Kind } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { readDurationMs } from '../wait/flags.ts';
import { type CoreEvent, lastSeen } from './event.ts';

export const EVENT_FLAGS: readonly Flag[] = [
  { name: 'for', kind: 'text', value: 'TYPE/NAME', summary: 'only about this object: app/NAME or connection/NAME' },
  { name: 'types', kind: 'text', value: 'TYPES', summary: 'only of these types: Warning,Normal' },
  { name: 'since', kind: 'text', value: 'DURATION', summary: 'only what happened since: 1h' },
  { name: 'watch', short: 'w', kind: 'switch', summary: 'go on with what happens from now on' },
  { name: 'no-headers', kind: 'switch', summary: 'no line with the names of the columns' },
];

/** Events of cluster-scoped objects lie there (API reference, Event v1 core: involvedObject without a namespace). */
export const EVENTS_NAMESPACE = 'default';

/** Which Events are wanted. */
export interface Selection {
  /** What is asked of the API server: one request each. */
  readonly fieldSelectors: readonly string[];
  /** What it cannot be asked. */
  isWanted(event: CoreEvent, now: number): boolean;
}

/** The kinds, and what people may call them. */
const KINDS: readonly (readonly [kind: Kind, names: RegExp])[] = [
  [COMPASS_CONNECTION, /^(?:cc|connections?|compassconnections?)(?:\.compass\.kyma-project\.io)?$/i],
  [APPLICATION, /^(?:apps?|applications?)(?:\.applicationconnector\.kyma-project\.io)?$/i],
];

/** Throws Usage for an object or a type that is none. */
export function readSelection(flags: ParsedFlags): Selection {
  const about = flags.text('for');
  const types = readTypes(flags.text('types'));
  const sinceMs = readDurationMs(flags, 'since', Number.POSITIVE_INFINITY);
  const groups = KINDS.map(([{ apiVersion }]) => `${apiVersion.split('/')[0]}/`);
  return {
    fieldSelectors: about === undefined ? KINDS.map(([kind]) => ofKind(kind)) : [ofObject(about)],
    isWanted: (event, now) => {
      const { involvedObject, type = '' } = event;
      const isOurs = groups.some((group) => (involvedObject?.apiVersion ?? group).startsWith(group));
      const isOfType = types === undefined || types.includes(type.toLowerCase());
      return isOurs && isOfType && !(now - Date.parse(lastSeen(event)) > sinceMs);
    },
  };
}

function ofKind({ kind }: Kind): string {
  return `involvedObject.kind=${kind}`;
}

function ofObject(about: string): string {
  const [type = '', name = '', ...more] = about.split('/');
  const kind = KINDS.find(([, names]) => names.test(type))?.[0];
  const isName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);
  if (kind && isName && more.length === 0) return `${ofKind(kind)},involvedObject.name=${name}`;
  throw new CompassError('Usage', `--for is "${about}", and must be app/NAME or connection/NAME`);
}

function readTypes(text: string | undefined): string[] | undefined {
  const types = text?.toLowerCase().split(',');
  if (types?.every((type) => type === 'warning' || type === 'normal') ?? true) return types;
  throw new CompassError('Usage', `--types is "${text}", and must be Warning, Normal or both`);
}

import { CompassError } from '#common/errors.ts';
import { nearest } from '../nearest.ts';

/** What `get` lists. */
export const RESOURCE_TYPES = ['apps', 'bundles', 'apis', 'events', 'secrets'] as const;

export type ResourceType = (typeof RESOURCE_TYPES)[number];

const WORDS: Readonly<Record<string, ResourceType>> = {
  app: 'apps',
  apps: 'apps',
  application: 'apps',
  applications: 'apps',
  bundle: 'bundles',
  bundles: 'bundles',
  api: 'apis',
  apis: 'apis',
  event: 'events',
  events: 'events',
  secret: 'secrets',
  secrets: 'secrets',
};

export interface Asked {
  readonly type: ResourceType;
  /** All of them where there is none. */
  readonly names: readonly string[];
}

const LISTED = 'get lists apps, bundles, apis, events or secrets';

/** Reads `TYPE`, `TYPE NAME…` and `TYPE/NAME…`, as kubectl does. Throws Usage, which says what there is. */
export function readAsked([first = '', ...others]: readonly string[], offered = LISTED): Asked {
  if (!first.includes('/')) return { type: typeOf(first, offered), names: others };
  const pairs = [first, ...others].map((word) => {
    const [type = '', ...name] = word.split('/');
    return { type: typeOf(type, offered), name: name.join('/') };
  });
  const [{ type } = { type: 'apps' as const }] = pairs;
  if (pairs.some((pair) => pair.type !== type || pair.name === '')) {
    throw new CompassError('Usage', 'write TYPE NAME…, or TYPE/NAME… of one type');
  }
  return { type, names: pairs.map(({ name }) => name) };
}

/** `applications.applicationconnector.kyma-project.io` is what `-o name` prints, so it is read as well. */
function typeOf(word: string, offered: string): ResourceType {
  const type = WORDS[word.toLowerCase().replace(/\..*$/, '')];
  if (type) return type;
  const meant = nearest(word, Object.keys(WORDS));
  const suggestion = meant ? `; did you mean ${WORDS[meant]}?` : '';
  throw new CompassError('Usage', `there is no type "${word}": ${offered}${suggestion}`);
}

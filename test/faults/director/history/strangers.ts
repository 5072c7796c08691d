import { type KubeObject, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import type { Item } from './director-page.ts';
import type { MemoryCluster } from './memory-cluster.ts';
import type { Random } from './random.ts';

export const CONNECTION = 'compass-connection';
export const NAMESPACE = 'kyma-system';
const ANOTHER = { [CONNECTION_ANNOTATION]: 'another-connection' };
const OURS = { [CONNECTION_ANNOTATION]: CONNECTION };

/** What others put into the cluster: of some it looks as if it were ours, and the rest is not to be touched. */
export class Strangers {
  readonly #random: Random;
  readonly #cluster: MemoryCluster;
  readonly #untouchable = new Map<string, string>();
  #made = 0;

  constructor(random: Random, cluster: MemoryCluster) {
    this.#random = random;
    this.#cluster = cluster;
  }

  come(listed: readonly Item[]): void {
    this.#made += 1;
    const number = this.#made;
    const kind = this.#random.pick(['copy', 'unmarked', 'foreign', 'bare', 'lost', 'foreignSecret', 'ownedSecret']);
    const name = this.#random.chance(0.5) ? this.#random.pick(listed)?.name : undefined;
    if (kind === 'copy') this.#put(application(`copy-${number}`, OURS, `copy-${number}`), true);
    if (kind === 'unmarked') this.#put(application(`copy-${number}`, {}, `copy-${number}`), true);
    if (kind === 'foreign') this.#put(application(name ?? `foreign-${number}`, ANOTHER, `id-${number}`), false);
    if (kind === 'bare') this.#put(application(name ?? `foreign-${number}`, OURS, undefined), false);
    if (kind === 'lost') this.#put(secret(`lost-${number}`, OURS, []), true);
    if (kind === 'foreignSecret') this.#put(secret(`foreign-${number}`, ANOTHER, []), false);
    const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'other', uid: 'uid-of-other' };
    if (kind === 'ownedSecret') this.#put(secret(`owned-${number}`, OURS, [owner]), false);
  }

  /** What was touched of what is not ours. */
  get touched(): readonly string[] {
    const all = [...this.#cluster.all(APPLICATION), ...this.#cluster.all(SECRET)];
    const versions = new Map(all.map(({ kind, metadata }) => [`${kind} ${metadata.name}`, metadata.resourceVersion]));
    return [...this.#untouchable].filter(([key, version]) => versions.get(key) !== version).map(([key]) => key);
  }

  #put(object: KubeObject, isOurs: boolean): void {
    const key = `${object.kind} ${object.metadata.name}`;
    const stored = [...this.#cluster.all(APPLICATION), ...this.#cluster.all(SECRET)];
    if (stored.some(({ kind, metadata }) => `${kind} ${metadata.name}` === key)) return;
    this.#cluster.put(object);
    const kind = object.kind === 'Secret' ? SECRET : APPLICATION;
    const version = this.#cluster.all(kind).find(({ metadata }) => metadata.name === object.metadata.name)?.metadata;
    if (!isOurs) this.#untouchable.set(key, version?.resourceVersion ?? '');
  }
}

function application(name: string, annotations: Readonly<Record<string, string>>, id: string | undefined): KubeObject {
  const compassMetadata = id && { compassMetadata: { applicationId: id, authentication: { clientIds: [] } } };
  const spec = { services: [], ...compassMetadata };
  const { apiVersion, kind } = APPLICATION;
  return { apiVersion, kind, metadata: { name, annotations }, spec } as KubeObject;
}

function secret(
  name: string,
  annotations: Readonly<Record<string, string>>,
  ownerReferences: KubeObject['metadata']['ownerReferences'] & object,
): KubeObject {
  const labels = { app: 'app', bundleId: name };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE, labels, annotations, ownerReferences },
  };
}

import type { Cluster } from '#common/cluster/cluster.ts';
import type { DirectorApplication, DirectorBundle, DirectorPage } from '#common/compass/director-types.ts';
import { CompassError, type Reason } from '#common/errors.ts';
import { silentLog } from '#common/log.ts';
import { Alterations } from '#common/sync/alterations.ts';
import { toDesired } from '#common/sync/mapping.ts';
import { newApplication, toSecret } from '#common/sync/objects.ts';
import type { ListingSource } from '#common/sync/page-reader.ts';
import { Present, toPresentApplication, toPresentSecret } from '#common/sync/present.ts';
import { Round } from '#common/sync/round.ts';
import type { Scene } from '#common/sync/scene.ts';
import { SettledBefore } from '#common/sync/settled-before.ts';
import type { SynchronizerOptions } from '#common/sync/synchronize.ts';
import { Tally } from '#common/sync/tally.ts';
import { ManualClock } from '../../sidecar/manual-clock.ts';
import { id } from './samples.ts';

/** Where it all is: what is in the cluster already, without a cluster, is enough for whatever finds nothing to write. */
const PLACE = { connectionName: 'compass-connection', integrationNamespace: 'kyma-system' };
const MAPPING = { gatewayUrl: 'http://gateway.example', skipVerify: false };

/** As the Director lists it. */
export function directorApplication(number: number, name: string, bundles: DirectorBundle[] = []): DirectorApplication {
  return { id: id(number), name, clientIds: [], bundles };
}

/** A bundle of one API, with Basic credentials. */
export function withCredentials(number: number, more: Partial<DirectorBundle> = {}): DirectorBundle {
  return {
    ...{ id: id(number), name: `Bundle ${number}`, eventDefinitions: [] },
    apiDefinitions: [{ id: id(number * 100), name: 'Orders API', targetURL: 'https://orders.example.com' }],
    defaultInstanceAuth: { credential: { type: 'Basic', username: 'user', password: 'not-a-password' } },
    ...more,
  };
}

/** Puts an Application there as a synchronization writes it, its Secrets included. */
export function putAsListed(present: Present, application: DirectorApplication): void {
  const mapped = toDesired(application, MAPPING);
  if (mapped.kind === 'invalid') throw new Error(mapped.problem.message);
  const { desired } = mapped;
  const whole = newApplication(desired, PLACE);
  const metadata = { ...whole.metadata, uid: `uid-${desired.name}`, resourceVersion: '1' };
  const owner = toPresentApplication({ ...whole, metadata, spec: desired.spec }, PLACE.connectionName);
  present.putApplication(owner);
  for (const secret of desired.secrets) {
    const { access } = secret;
    const object = toSecret(secret, owner, undefined, access === undefined ? {} : { access }, PLACE);
    const stored = { ...object, metadata: { ...object.metadata, uid: `uid-${secret.name}`, resourceVersion: '1' } };
    present.putSecret(toPresentSecret(stored, PLACE.connectionName));
  }
}

export function presentOf(...applications: readonly DirectorApplication[]): Present {
  const present = new Present();
  for (const application of applications) putAsListed(present, application);
  return present;
}

/** A round over what is present; each write comes to `write`, and is refused unless said. */
export function roundOver(present: Present, more: Partial<Scene> = {}) {
  const tally = new Tally(() => 0);
  const before = new SettledBefore();
  const state = { writes: 0, reason: 'ClusterRefused' as Reason };
  const refuse = () => {
    state.writes += 1;
    return Promise.reject(new CompassError(state.reason, 'no'));
  };
  const scene: Scene = {
    ...{ cluster: {} as Cluster, place: PLACE, present, alterations: new Alterations(silentLog), write: refuse },
    claimSecret: (name, by) => tally.claim(name, by),
    marking: () => ({ key: undefined, now: 0 }),
    mayDelete: () => true,
    read: (request) => request(),
    ...more,
  };
  return { round: new Round(scene, tally, MAPPING, before), tally, before, state };
}

/** A Director of these pages, which are counted right unless said; `asked` are those that were asked for. */
export function pagesOf(...pages: readonly Partial<DirectorPage>[]) {
  const totalCount = pages.reduce((sum, { items = [] }) => sum + items.length, 0);
  const asked: number[] = [];
  const source: ListingSource = {
    fetchPage(_first, after, known) {
      const at = Number(after ?? 0);
      asked.push(at);
      const next = at + 1 < pages.length ? String(at + 1) : undefined;
      const page: DirectorPage = { items: [], bytes: 7, totalCount, next, ...pages[at] };
      return Promise.resolve((page.digest === undefined ? undefined : known?.page(page.digest)) ?? page);
    },
    fetchHead: () => Promise.reject(new TypeError('no head is asked for')),
  };
  return { source, asked };
}

/** What a synchronizer needs over what is present; its cluster has nothing, and refuses what is written. */
export function stillOptions(present: Present, source: ListingSource, more: Partial<SynchronizerOptions> = {}) {
  const refuse = () => Promise.reject(new CompassError('ClusterRefused', 'no'));
  const cluster = { find: () => Promise.resolve(undefined), create: refuse, apply: refuse, mergePatch: refuse };
  const config: SynchronizerOptions['config'] = {
    ...{ ...PLACE, centralGatewayUrl: MAPPING.gatewayUrl, skipAppsTlsVerify: MAPPING.skipVerify },
    deletionBudget: { fraction: 0.1 },
  };
  return {
    ...{ cluster: cluster as Partial<Cluster> as Cluster, clock: new ManualClock(), log: silentLog, config },
    director: () => source,
    present: { open: () => Promise.resolve(present), forget: () => undefined },
    ...more,
  };
}

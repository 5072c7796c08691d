import type { Cluster } from '#common/cluster/cluster.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { isRecord } from '#common/json.ts';
import type { InjectionOptions } from '../options.ts';
import { CONTAINER_NAME, recordsAt, type Template } from '../template.ts';

export interface NativeChoice {
  readonly native: boolean;
  /** What the API server would store; undefined where it was not asked. */
  readonly served: Template | undefined;
}

/**
 * Whether the sidecar becomes an init container that keeps running. Only a server dry run tells: an API server that does not
 * know these drops `restartPolicy`, or refuses the probes. Throws ClusterRefused for `always` where it is so, and whatever
 * the API server says of both forms.
 */
export async function chooseNative(
  wanted: InjectionOptions['native'],
  tryOut: (native: boolean) => Promise<Template>,
): Promise<NativeChoice> {
  if (wanted !== 'never') {
    const served = await tryNative(tryOut, wanted);
    if (served && keepsRunning(served)) return { native: true, served };
    if (wanted === 'always') throw unknownThere();
  }
  return { native: false, served: await tryOut(false) };
}

async function tryNative(
  tryOut: (native: boolean) => Promise<Template>,
  wanted: InjectionOptions['native'],
): Promise<Template | undefined> {
  try {
    return await tryOut(true);
  } catch (error) {
    if (wanted === 'auto' && hasReason(error, 'ClusterRefused')) return undefined;
    throw error;
  }
}

function keepsRunning(template: Template): boolean {
  const sidecar = recordsAt(template, ['spec', 'initContainers']).find(({ name }) => name === CONTAINER_NAME);
  return sidecar?.['restartPolicy'] === 'Always';
}

function unknownThere(): CompassError {
  const message = 'this API server does not know init containers that keep running; nothing was changed';
  return new CompassError('ClusterRefused', message, {
    next: 'leave --native out: it becomes a container beside the others',
  });
}

/** The first version that has them switched on. */
const FIRST_MINOR = 29;

/**
 * The same by what is there, else by the server's version, where nothing that looks like a write is to be sent. `present` is
 * the form that a sidecar of the workload has now: a native one the API server has kept.
 */
export async function nativeByVersion(
  cluster: Cluster,
  wanted: InjectionOptions['native'],
  present: boolean | undefined,
): Promise<boolean> {
  if (wanted !== 'auto') return wanted === 'always';
  if (present) return true;
  const version = await cluster.raw('/version');
  const { major, minor } = isRecord(version) ? version : {};
  const number = Number.parseInt(typeof minor === 'string' ? minor : '', 10);
  return major === '1' && number >= FIRST_MINOR;
}

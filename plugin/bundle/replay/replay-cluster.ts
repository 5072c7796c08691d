import type { Cluster, ListOptions, ObjectRef } from '#common/cluster/cluster.ts';
import type { Kind, KubeObject } from '#common/cluster/objects.ts';
import { CompassError } from '#common/errors.ts';
import { askList, askObject, askPost, askRaw, type Exchange, replayedError } from './exchange.ts';

/**
 * A cluster that answers from what was recorded of another one, and is no cluster otherwise: what was not asked then throws
 * NotInArchive, since nothing is known of it, and so does whatever would change something.
 */
export function replayCluster(server: string, exchanges: readonly Exchange[]): Cluster {
  const answers = new Map(exchanges.map((exchange) => [exchange.ask, exchange]));

  const answerTo = <T>(ask: string): Promise<T> => {
    const exchange = answers.get(ask);
    if (!exchange) return Promise.reject(notRecorded(ask));
    const { error, answer } = exchange;
    return error ? Promise.reject(replayedError(error)) : Promise.resolve(answer as T);
  };

  const find = async <T extends KubeObject>(ref: ObjectRef): Promise<T | undefined> =>
    (await answerTo<T | null>(askObject(ref))) ?? undefined;

  const replay: Cluster = {
    server,
    find,
    async get<T extends KubeObject>(ref: ObjectRef) {
      const found = await find<T>(ref);
      if (found) return found;
      throw new CompassError('ClusterNotFound', `there was no ${ref.kind.plural} "${ref.name}" when it was collected`);
    },
    async *listPages<T extends KubeObject>(kind: Kind, options: ListOptions = {}) {
      yield { items: await answerTo<readonly T[]>(askList(kind, options)), resourceVersion: '' };
    },
    raw: (path) => answerTo(askRaw(path)),
    post: (path, body) => answerTo(askPost(path, body)),
    create: () => refuseChange(),
    replace: () => refuseChange(),
    mergePatch: () => refuseChange(),
    apply: () => refuseChange(),
    delete: () => refuseChange(),
    async *watch() {
      yield await refuseChange();
    },
    async *lines(path) {
      yield await Promise.reject<string>(notRecorded(path));
    },
    within: () => replay,
    close: () => undefined,
  };
  return replay;
}

function notRecorded(ask: string): CompassError {
  const [what = ''] = ask.split('?');
  return new CompassError('NotInArchive', `the archive does not know: ${what.split(' ').slice(0, 2).join(' ')}`);
}

function refuseChange(): Promise<never> {
  const message = 'an archive cannot be changed, nor does it change by itself';
  return Promise.reject(new CompassError('NotInArchive', message));
}

import { PassThrough } from 'node:stream';
import { type Kind, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Surroundings } from '../command.ts';
import type { ParsedFlags } from '../flags.ts';
import { connect } from '../kubeconfig/connect.ts';
import type { Listed } from './look-up.ts';

const KINDS: Readonly<Record<Listed, Kind>> = {
  applications: APPLICATION,
  compassconnections: COMPASS_CONNECTION,
  namespaces: NAMESPACE,
};

/** The names of the first page, which is more than anybody reads. Throws where the cluster does not answer in time. */
export async function fetchNames(
  listed: Listed,
  flags: ParsedFlags,
  { env, clock }: Surroundings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // In the middle of a line nobody can log in: what a credential plugin says is not shown.
  const { cluster } = await connect({
    flags,
    env,
    clock,
    stderr: { stream: new PassThrough(), write: () => undefined },
  });
  try {
    for await (const page of cluster.listPages(KINDS[listed], { signal })) {
      return page.items.map(({ metadata }) => metadata.name);
    }
    return [];
  } finally {
    cluster.close();
  }
}

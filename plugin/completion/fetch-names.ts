import { PassThrough } from 'node:stream';
import { type Kind, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Surroundings } from '../command.ts';
import type { ParsedFlags } from '../flags.ts';
import { secretReferences } from '../get/landscape.ts';
import { connect } from '../kubeconfig/connect.ts';
import { urlsOf } from '../trace/urls.ts';
import type { Listed } from './look-up.ts';

interface Listing {
  readonly kind: Kind;
  readonly namesOf: (object: KubeObject) => readonly string[];
}

const itself = ({ metadata }: KubeObject): readonly string[] => [metadata.name];

/** Secrets and URLs are those that Applications name: that takes no right to list Secrets. */
const LISTINGS: Readonly<Record<Listed, Listing>> = {
  applications: { kind: APPLICATION, namesOf: itself },
  compassconnections: { kind: COMPASS_CONNECTION, namesOf: itself },
  namespaces: { kind: NAMESPACE, namesOf: itself },
  secrets: { kind: APPLICATION, namesOf: (object) => secretReferences(object).map(({ name }) => name) },
  urls: { kind: APPLICATION, namesOf: urlsWithin },
};

function urlsWithin({ spec }: Application): readonly string[] {
  const entries = (spec?.services ?? []).flatMap((service) => service.entries ?? []);
  return entries.flatMap((entry) => urlsOf(entry).map(({ url }) => url));
}

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
    const { kind, namesOf } = LISTINGS[listed];
    for await (const page of cluster.listPages(kind, { signal })) return [...new Set(page.items.flatMap(namesOf))];
    return [];
  } finally {
    cluster.close();
  }
}

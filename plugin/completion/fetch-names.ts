import { PassThrough } from 'node:stream';
import { DEPLOYMENT, type Kind, type KubeObject, NAMESPACE } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import type { Surroundings } from '../command.ts';
import type { ParsedFlags } from '../flags.ts';
import { secretReferences } from '../get/landscape.ts';
import { DAEMON_SET, STATEFUL_SET } from '../inject/live/kinds.ts';
import { connect } from '../kubeconfig/connect.ts';
import { dropLogins } from '../output/login.ts';
import { urlsOf } from '../trace/urls.ts';
import type { Listed } from './look-up.ts';

interface Listing {
  readonly kind: Kind;
  readonly namesOf: (object: KubeObject) => readonly string[];
  /** Only those of the namespace that the words mean for workloads. */
  readonly ofWorkloadNamespace?: true;
}

const itself = ({ metadata }: KubeObject): readonly string[] => [metadata.name];

/** Secrets and URLs are those that Applications name: that takes no right to list Secrets. */
const LISTINGS: Readonly<Record<Listed, Listing>> = {
  applications: { kind: APPLICATION, namesOf: itself },
  compassconnections: { kind: COMPASS_CONNECTION, namesOf: itself },
  daemonsets: { kind: DAEMON_SET, namesOf: itself, ofWorkloadNamespace: true },
  deployments: { kind: DEPLOYMENT, namesOf: itself, ofWorkloadNamespace: true },
  namespaces: { kind: NAMESPACE, namesOf: itself },
  secrets: { kind: APPLICATION, namesOf: (object) => secretReferences(object).map(({ name }) => name) },
  statefulsets: { kind: STATEFUL_SET, namesOf: itself, ofWorkloadNamespace: true },
  urls: { kind: APPLICATION, namesOf: urlsWithin },
};

function urlsWithin({ spec }: Application): readonly string[] {
  const entries = (spec?.services ?? []).flatMap((service) => service.entries ?? []);
  return entries.flatMap((entry) => urlsOf(entry).map(({ url }) => dropLogins(url)));
}

/** The names of the first page, which is more than anybody reads. Throws where the cluster does not answer in time. */
export async function fetchNames(
  listed: Listed,
  flags: ParsedFlags,
  { env, clock }: Surroundings,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // In the middle of a line nobody can log in: what a credential plugin says is not shown.
  const { cluster, namespace: own = 'default' } = await connect({
    flags,
    env,
    clock,
    stderr: { stream: new PassThrough(), write: () => undefined },
  });
  try {
    const { kind, namesOf, ofWorkloadNamespace } = LISTINGS[listed];
    const where = ofWorkloadNamespace ? { namespace: flags.text('workload-namespace') ?? own } : {};
    for await (const page of cluster.listPages(kind, { ...where, signal }))
      return [...new Set(page.items.flatMap(namesOf))];
    return [];
  } finally {
    cluster.close();
  }
}

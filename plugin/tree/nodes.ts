import type { Application, ApplicationService, ServiceEntry } from '#common/resources/application.ts';
import type { ReportedFailure } from '#common/resources/report.ts';
import { type NamedSecret, namedSecrets } from '../get/landscape.ts';
import { idOf, type Readiness } from '../get/readiness.ts';
import { maskLogins } from '../output/login.ts';

export interface ApiNode {
  readonly id: string;
  readonly name: string;
  /** Without a login, as the other one. */
  readonly gatewayUrl: string | undefined;
  readonly targetUrl: string | undefined;
  /** The names of the Secrets that a call takes. */
  readonly secrets: readonly string[];
}

export interface BundleNode {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly secrets: readonly NamedSecret[];
  readonly apis: readonly ApiNode[];
  readonly events: readonly { readonly id: string; readonly name: string }[];
}

/** An Application, as much of it as a tree shows: there may be thousands. */
export interface ApplicationNode {
  readonly name: string;
  readonly id: string | undefined;
  /** False where it could not be created: then `readiness` says why. */
  readonly inCluster: boolean;
  readonly readiness: Readiness;
  readonly bundles: readonly BundleNode[];
}

export function applicationNode(application: Application, readiness: Readiness): ApplicationNode {
  return {
    name: application.metadata.name,
    id: idOf(application),
    inCluster: true,
    readiness,
    bundles: (application.spec?.services ?? []).map(bundleNode),
  };
}

/** Of one that was never created. */
export function failureNode({ name, id, reason, message }: ReportedFailure): ApplicationNode {
  return {
    name: name || id,
    id: id || undefined,
    inCluster: false,
    readiness: { ready: 'False', reason, message },
    bundles: [],
  };
}

function bundleNode(service: ApplicationService): BundleNode {
  const { id, name, displayName = '', entries = [] } = service;
  return {
    id,
    name,
    displayName,
    secrets: secretNodes(entries),
    apis: entries.filter(({ type }) => type === 'API').map(apiNode),
    events: entries.filter(({ type }) => type === 'Events').map((event) => ({ id: event.id, name: event.name })),
  };
}

function apiNode(entry: ServiceEntry): ApiNode {
  const { id, name, targetUrl, centralGatewayUrl } = entry;
  return {
    id,
    name,
    gatewayUrl: centralGatewayUrl ? maskLogins(centralGatewayUrl) : undefined,
    targetUrl: targetUrl ? maskLogins(targetUrl) : undefined,
    secrets: secretNodes([entry]).map((secret) => secret.name),
  };
}

/** Those that entries name, each once. */
function secretNodes(entries: readonly ServiceEntry[]): readonly NamedSecret[] {
  const byName = new Map<string, NamedSecret>();
  for (const secret of entries.flatMap(namedSecrets)) if (!byName.has(secret.name)) byName.set(secret.name, secret);
  return [...byName.values()];
}

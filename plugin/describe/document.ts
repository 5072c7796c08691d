import type { ApplicationService, ServiceEntry } from '#common/resources/application.ts';
import { notPermittedList } from '../connection/right.ts';
import { type CoreEvent, lastSeen, timesSeen } from '../events/event.ts';
import { bundleItem } from '../get/items.ts';
import type { Readiness } from '../get/readiness.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { maskLogins } from '../output/login.ts';
import type { ApplicationFacts } from './facts.ts';
import { provenanceOf } from './provenance.ts';

export const DESCRIPTION_KIND = 'ApplicationDescription';

const VERDICTS: Readonly<Record<Readiness['ready'], string>> = { True: 'Ready', False: 'NotReady', '-': 'Unknown' };

/** What `describe app -o json` prints: see schemas/application-description.ts. Additive changes only. */
export function descriptionDocument(
  facts: ApplicationFacts,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  const { name, connection, application, id, readiness, isOurs, lastSync, secrets, changes, events } = facts;
  const { ready, reason, message } = readiness;
  return {
    ...documentHead(DESCRIPTION_KIND, { status: VERDICTS[ready], exitCode: 0 }, now),
    connection,
    isOfConnection: isOurs,
    application: { name, inCluster: application !== undefined, ...(id ? { id } : {}), ...objectParts(facts) },
    status: { ready, ...(reason ? { reason } : {}), ...(message ? { message } : {}) },
    ...(lastSync ? { lastSync } : {}),
    bundles: (application?.spec?.services ?? []).map((service) => bundleDocument(facts, service)),
    secrets,
    provenance: application ? provenanceOf(application) : [],
    changes,
    ...(events ? { events: events.map(eventDocument) } : {}),
    notPermitted: notPermittedList(facts.notPermitted),
  };
}

function objectParts({ application }: ApplicationFacts): object {
  if (!application) return {};
  const { uid, creationTimestamp, labels, annotations } = application.metadata;
  return {
    ...(uid ? { uid } : {}),
    ...(creationTimestamp ? { createdAt: creationTimestamp } : {}),
    description: application.spec?.description ?? '',
    labels: labels ?? {},
    annotations: annotations ?? {},
    clientIds: application.spec?.compassMetadata?.authentication?.clientIds ?? [],
  };
}

function bundleDocument({ application, readiness }: ApplicationFacts, service: ApplicationService): object {
  if (!application) return {};
  const { id, metadata, displayName, description, authentication, parametersSecretName } = bundleItem(
    application,
    service,
    readiness,
  );
  const ofType = (type: ServiceEntry['type']) => (service.entries ?? []).filter((entry) => entry.type === type);
  return {
    id,
    name: metadata.name,
    displayName,
    description,
    ...(authentication ? { authentication } : {}),
    ...(parametersSecretName ? { parametersSecretName } : {}),
    apis: ofType('API').map(({ id: api, name, targetUrl, centralGatewayUrl }) => ({
      id: api,
      name,
      ...(targetUrl ? { targetUrl: maskLogins(targetUrl) } : {}),
      ...(centralGatewayUrl ? { gatewayUrl: maskLogins(centralGatewayUrl) } : {}),
    })),
    events: ofType('Events').map(({ id: event, name }) => ({ id: event, name })),
  };
}

function eventDocument(event: CoreEvent): object {
  const { type = '', reason = '', message = '' } = event;
  return { lastSeen: lastSeen(event), count: timesSeen(event), type, reason, message };
}

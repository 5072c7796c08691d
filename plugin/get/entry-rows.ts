import type { Application, ApplicationService } from '#common/resources/application.ts';
import { type ApiItem, apiItem, type BundleItem, bundleItem, type EventItem, eventItem } from './items.ts';
import type { Landscape } from './landscape.ts';
import type { Readiness } from './readiness.ts';
import { type Heads, NOTHING, type Row } from './row.ts';

export const BUNDLE_HEADS: Heads = {
  always: ['NAME', 'APPLICATION', 'APIS', 'EVENTS', 'AUTH', 'READY'],
  wide: ['SECRET', 'DISPLAY-NAME', 'COMPASS-ID', 'PARAMETERS'],
};

export const API_HEADS: Heads = {
  always: ['NAME', 'APPLICATION', 'BUNDLE', 'AUTH', 'READY'],
  wide: ['SECRET', 'GATEWAY-URL', 'TARGET-URL', 'COMPASS-ID', 'PARAMETERS'],
};

export const EVENT_HEADS: Heads = {
  always: ['NAME', 'APPLICATION', 'BUNDLE', 'READY'],
  wide: ['COMPASS-ID'],
};

export function bundleRows(landscape: Landscape): readonly Row[] {
  return eachService(landscape, (application, service, readiness) => {
    const item = bundleItem(application, service, readiness);
    return [row(item, readiness, bundleCells(item), bundleWideCells(item))];
  });
}

export function apiRows(landscape: Landscape): readonly Row[] {
  return eachService(landscape, (application, service, readiness) =>
    (service.entries ?? [])
      .filter(({ type }) => type === 'API')
      .map((entry) => {
        const item = apiItem(application, service, entry, readiness);
        return row(item, readiness, apiCells(item), apiWideCells(item));
      }),
  );
}

export function eventRows(landscape: Landscape): readonly Row[] {
  return eachService(landscape, (application, service, readiness) =>
    (service.entries ?? [])
      .filter(({ type }) => type === 'Events')
      .map((entry) => {
        const item = eventItem(application, service, entry, readiness);
        return row(item, readiness, [item.metadata.name, item.application, item.bundle, item.status.ready], [item.id]);
      }),
  );
}

function eachService(
  { applications, judge }: Landscape,
  rowsOf: (application: Application, service: ApplicationService, readiness: Readiness) => readonly Row[],
): readonly Row[] {
  return applications.flatMap((application) => {
    const readiness = judge.of(application);
    return (application.spec?.services ?? []).flatMap((service) => rowsOf(application, service, readiness));
  });
}

function row(
  item: BundleItem | ApiItem | EventItem,
  readiness: Readiness,
  cells: readonly string[],
  wideCells: readonly string[],
): Row {
  const { kind, id, application, metadata, apiVersion } = item;
  return {
    key: `${application}/${id}`,
    names: [metadata.name, id],
    // Names are not unique, ids are; and `get` takes either.
    fullName: `${kind.toLowerCase()}.${apiVersion.split('/')[0]}/${id.replace(/\p{Cc}/gu, '\ufffd')}`,
    document: item,
    readiness,
    labels: metadata.labels,
    cells: () => cells,
    wideCells: () => wideCells,
  };
}

function bundleCells({ metadata, application, apis, events, authentication, status }: BundleItem): readonly string[] {
  return [metadata.name, application, String(apis), String(events), authentication?.type ?? NOTHING, status.ready];
}

function bundleWideCells({ authentication, displayName, id, parametersSecretName }: BundleItem): readonly string[] {
  return [authentication?.secretName ?? NOTHING, displayName || NOTHING, id, parametersSecretName ?? NOTHING];
}

function apiCells({ metadata, application, bundle, authentication, status }: ApiItem): readonly string[] {
  return [metadata.name, application, bundle, authentication?.type ?? NOTHING, status.ready];
}

function apiWideCells({ authentication, gatewayUrl, targetUrl, id, parametersSecretName }: ApiItem): readonly string[] {
  return [
    authentication?.secretName ?? NOTHING,
    gatewayUrl ?? NOTHING,
    targetUrl ?? NOTHING,
    id,
    parametersSecretName ?? NOTHING,
  ];
}

import type { ManagedFieldsEntry } from '#common/cluster/objects.ts';
import type { Application } from '#common/resources/application.ts';

/** Where one field of an Application comes from, and who has written it in this cluster. */
export interface Provenance {
  readonly field: string;
  /** What it is now, in short. */
  readonly value: string;
  readonly from: string;
  /** Field managers that own it (server-side apply), where the API server tells. */
  readonly managers: readonly string[];
}

interface Source {
  readonly field: string;
  /** In fieldsV1, without the `f:`. */
  readonly path: readonly string[];
  readonly from: string;
  readonly value: (application: Application) => string;
}

const SPEC = 'spec';

/** The mapping from a Director Application to a Kubernetes one, field by field. */
const SOURCES: readonly Source[] = [
  { field: 'metadata.name', path: [], from: 'Director: name', value: ({ metadata }) => metadata.name },
  {
    field: 'spec.compassMetadata.applicationId',
    path: [SPEC, 'compassMetadata'],
    from: 'Director: id',
    value: ({ spec }) => spec?.compassMetadata?.applicationId ?? '',
  },
  {
    field: 'spec.compassMetadata.authentication.clientIds',
    path: [SPEC, 'compassMetadata'],
    from: 'Director: ids of auths',
    value: ({ spec }) => counted(spec?.compassMetadata?.authentication?.clientIds?.length ?? 0, 'id'),
  },
  {
    field: 'spec.description',
    path: [SPEC, 'description'],
    from: 'Director: description',
    value: ({ spec }) => spec?.description ?? '',
  },
  {
    field: 'spec.services',
    path: [SPEC, 'services'],
    from: 'Director: bundles',
    value: ({ spec }) => counted(spec?.services?.length ?? 0, 'bundle'),
  },
  {
    field: 'spec.services[].entries',
    path: [SPEC, 'services'],
    from: 'Director: API and event definitions',
    value: (application) => counted(entriesOf(application).length, 'entry', 'entries'),
  },
  {
    field: 'spec.services[].entries[].credentials',
    path: [SPEC, 'services'],
    from: 'Director: defaultInstanceAuth; its secrets are in Secrets',
    value: (application) => counted(entriesOf(application).filter(hasSecret).length, 'entry', 'entries'),
  },
  {
    field: 'spec.services[].entries[].centralGatewayUrl',
    path: [SPEC, 'services'],
    from: 'sidecar: APP_CENTRAL_GATEWAY_SERVICE_URL and the names',
    value: (application) => originOf(application),
  },
  {
    field: 'spec.labels',
    path: [SPEC, 'labels'],
    from: 'sidecar: connected-app, the name',
    value: ({ spec }) => pairs(spec?.labels ?? {}),
  },
  {
    field: 'spec.skipVerify',
    path: [SPEC, 'skipVerify'],
    from: 'sidecar: APP_SKIP_APPS_TLS_VERIFY',
    value: ({ spec }) => shown(spec?.skipVerify),
  },
  {
    field: 'spec.encodeUrl',
    path: [SPEC, 'encodeUrl'],
    from: 'cluster: written once, at creation; yours to edit',
    value: ({ spec }) => shown(spec?.encodeUrl),
  },
  {
    field: 'spec.skipInstallation',
    path: [SPEC, 'skipInstallation'],
    from: 'cluster: written once, at creation; yours to edit',
    value: ({ spec }) => shown(spec?.skipInstallation),
  },
  {
    field: 'metadata.labels, metadata.annotations',
    path: ['metadata'],
    from: "sidecar: managed-by, connection; others' stay",
    value: ({ metadata }) =>
      counted(Object.keys({ ...metadata.labels }).length + Object.keys({ ...metadata.annotations }).length, 'key'),
  },
];

/** Which field comes from where; `application` as the API server has it, with managedFields. */
export function provenanceOf(application: Application): readonly Provenance[] {
  const managed = application.metadata.managedFields ?? [];
  return SOURCES.map(({ field, path, from, value }) => ({
    field,
    value: value(application),
    from,
    managers: path.length === 0 ? [] : managersOf(managed, path),
  }));
}

function managersOf(managed: readonly ManagedFieldsEntry[], path: readonly string[]): readonly string[] {
  const owners = managed.filter(({ fieldsV1 }) => owns(fieldsV1, path)).map(({ manager }) => manager ?? '');
  return [...new Set(owners.filter((manager) => manager !== ''))];
}

function owns(fields: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (typeof fields !== 'object' || fields === null) return false;
  const below: unknown = Reflect.get(fields, `f:${first}`);
  return below !== undefined && owns(below, rest);
}

function entriesOf({ spec }: Application) {
  return (spec?.services ?? []).flatMap(({ entries }) => entries ?? []);
}

function hasSecret({ credentials }: ReturnType<typeof entriesOf>[number]): boolean {
  return Boolean(credentials?.secretName);
}

function originOf(application: Application): string {
  const url = entriesOf(application).find(({ centralGatewayUrl }) => centralGatewayUrl)?.centralGatewayUrl;
  return url === undefined || !URL.canParse(url) ? '' : new URL(url).origin;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

function pairs(map: Readonly<Record<string, string>>): string {
  return Object.entries(map)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

function shown(value: boolean | undefined): string {
  return value === undefined ? '' : String(value);
}

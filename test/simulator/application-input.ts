import { randomUUID } from 'node:crypto';
import type { ApiDefinition, Application, Auth, Bundle, EventDefinition } from './model.ts';

type Sparse<T> = { [K in keyof T]?: T[K] };

type EventInput = Sparse<EventDefinition> & { name: string };
type ApiInput = Sparse<ApiDefinition> & { name: string };
export type BundleInput = Omit<Sparse<Bundle>, 'apiDefinitions' | 'eventDefinitions' | 'defaultInstanceAuth'> & {
  name: string;
  apiDefinitions?: ApiInput[];
  eventDefinitions?: EventInput[];
  defaultInstanceAuth?: Sparse<Auth> | null;
};

/** An Application with only its name required: ids are made up, everything else is empty. */
export type ApplicationInput = Omit<Sparse<Application>, 'bundles'> & { name: string; bundles?: BundleInput[] };

function completeEvent(input: EventInput): EventDefinition {
  return { id: randomUUID(), description: null, group: null, version: null, ...input };
}

function completeApi(input: ApiInput): ApiDefinition {
  return { targetURL: 'https://api.example.com', ...completeEvent(input), ...input };
}

function completeAuth(input: Sparse<Auth> | null | undefined): Auth | null {
  if (input === null || input === undefined) return null;
  return { credential: null, additionalHeaders: null, additionalQueryParams: null, requestAuth: null, ...input };
}

export function completeBundle(input: BundleInput): Bundle {
  return {
    id: randomUUID(),
    description: null,
    instanceAuthRequestInputSchema: null,
    ...input,
    apiDefinitions: (input.apiDefinitions ?? []).map(completeApi),
    eventDefinitions: (input.eventDefinitions ?? []).map(completeEvent),
    defaultInstanceAuth: completeAuth(input.defaultInstanceAuth),
  };
}

export function completeApplication(input: ApplicationInput, tenant: string, formation: string): Application {
  return {
    id: randomUUID(),
    tenant,
    formations: [formation],
    providerName: null,
    description: null,
    labels: null,
    auths: [],
    ...input,
    bundles: (input.bundles ?? []).map(completeBundle),
  };
}

import { randomUUID } from 'node:crypto';
import { type ApplicationInput, type BundleInput, completeApplication, completeBundle } from './application-input.ts';
import type { Application, Runtime } from './model.ts';

/** The formation that new Runtimes and Applications are in. */
const DEFAULT_FORMATION = 'DEFAULT';

export type RuntimeInput = Partial<Runtime>;

function byId(a: { id: string }, b: { id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** The Director's database: tenants, Runtimes, Applications. Changes are seen by the next request. */
export class Landscape {
  readonly tenants = new Set<string>();
  readonly #defaultTenant: string;
  readonly #runtimes = new Map<string, Runtime>();
  readonly #applications = new Map<string, Application>();
  /** Undefined after a change: thousands of them are asked for page by page. */
  #ordered: readonly Application[] | undefined;
  #version = 0;

  constructor(tenant: string) {
    this.#defaultTenant = tenant;
    this.tenants.add(tenant);
  }

  /** Another one after each change. */
  get version(): number {
    return this.#version;
  }

  #changed(): void {
    this.#version += 1;
    this.#ordered = undefined;
  }

  createRuntime(input: RuntimeInput = {}): Runtime {
    const runtime = {
      id: randomUUID(),
      tenant: this.#defaultTenant,
      name: 'runtime',
      formations: [DEFAULT_FORMATION],
      labels: {},
      ...input,
    };
    this.tenants.add(runtime.tenant);
    this.#runtimes.set(runtime.id, runtime);
    this.#changed();
    return runtime;
  }

  runtime(id: string): Runtime | undefined {
    return this.#runtimes.get(id);
  }

  runtimes(): Runtime[] {
    return [...this.#runtimes.values()].sort(byId);
  }

  /** Returns false where there was none. */
  deleteRuntime(id: string): boolean {
    this.#changed();
    return this.#runtimes.delete(id);
  }

  createApplication(input: ApplicationInput): Application {
    const application = completeApplication(input, this.#defaultTenant, DEFAULT_FORMATION);
    this.tenants.add(application.tenant);
    this.#applications.set(application.id, application);
    this.#changed();
    return application;
  }

  application(id: string): Application | undefined {
    return this.#applications.get(id);
  }

  /** All Applications of all tenants, ordered by id. */
  applications(): readonly Application[] {
    this.#ordered ??= [...this.#applications.values()].sort(byId);
    return this.#ordered;
  }

  /** Changes the named fields and keeps the rest; `bundles` replaces all of them. Undefined where there is no such Application. */
  updateApplication(id: string, change: Partial<ApplicationInput>): Application | undefined {
    const present = this.#applications.get(id);
    if (present === undefined) return undefined;
    const { bundles, ...fields } = change;
    const updated: Application = { ...present, ...fields, id };
    if (bundles !== undefined) updated.bundles = bundles.map(completeBundle);
    this.#applications.set(id, updated);
    this.#changed();
    return updated;
  }

  /** Adds a bundle, or replaces the one of the same id. */
  putBundle(applicationId: string, bundle: BundleInput): Application | undefined {
    const present = this.#applications.get(applicationId);
    if (present === undefined) return undefined;
    const complete = completeBundle(bundle);
    const others = present.bundles.filter(({ id }) => id !== complete.id);
    return this.updateApplication(applicationId, { bundles: [...others, complete] });
  }

  /** Returns false where there was none. */
  deleteApplication(id: string): boolean {
    this.#changed();
    return this.#applications.delete(id);
  }

  deleteAllApplications(): void {
    this.#applications.clear();
    this.#changed();
  }

  /** What a Runtime may list: its tenant's Applications that share a formation with it, ordered by id. */
  applicationsFor(runtime: Runtime): Application[] {
    return this.applications().filter(
      ({ tenant, formations }) =>
        tenant === runtime.tenant && formations.some((formation) => runtime.formations.includes(formation)),
    );
  }
}

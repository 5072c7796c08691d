import type { Application } from '#common/resources/application.ts';
import { SYNC_ERROR_ANNOTATION } from '#common/resources/names.ts';
import type { Report, ReportedFailure } from '#common/resources/report.ts';
import { applicationOwnership } from '#common/sync/ownership.ts';

/** Whether an Application is as Compass lists it; `-` where nobody says. */
export interface Readiness {
  readonly ready: 'True' | 'False' | '-';
  readonly reason: string;
  readonly message: string;
}

const UNKNOWN: Readiness = { ready: '-', reason: '', message: '' };

/** What the report of a connection says of its Applications. */
export class ReadinessJudge {
  readonly #report: Report | undefined;
  readonly #connection: string;
  readonly #byId = new Map<string, ReportedFailure>();
  readonly #byName = new Map<string, ReportedFailure>();
  readonly #held: ReadonlySet<string>;

  constructor(connection: string, report: Report | undefined) {
    this.#connection = connection;
    this.#report = report;
    for (const failure of report?.failures ?? []) {
      if (failure.id) this.#byId.set(failure.id, failure);
      else if (failure.name) this.#byName.set(failure.name, failure);
    }
    this.#held = new Set(report?.held?.names);
  }

  /** By the report, and while it fails by its annotation. The field's CRD has no conditions. */
  of(application: Application): Readiness {
    if (applicationOwnership(application, this.#connection) === 'foreign') return UNKNOWN;
    const { name, annotations } = application.metadata;
    const failure = this.#byId.get(idOf(application) ?? '') ?? this.#byName.get(name);
    if (failure) return { ready: 'False', reason: failure.reason, message: failure.message };
    const note = annotations?.[SYNC_ERROR_ANNOTATION];
    if (note) return fromNote(note);
    // A report that was cut does not name every failure.
    if (!this.#report?.applications || this.#report.omitted?.['failures']) return UNKNOWN;
    if (!this.#held.has(name)) return { ready: 'True', reason: '', message: '' };
    const message = 'Compass does not list it any more; its deletion is held';
    return { ready: 'True', reason: 'DeletionsHeld', message };
  }

  /** Failures of Applications that are not among those present: they were never created. */
  withoutObject(applications: Iterable<Application>): readonly ReportedFailure[] {
    const ids = new Set<string>();
    const names = new Set<string>();
    for (const application of applications) {
      ids.add(idOf(application) ?? '');
      names.add(application.metadata.name);
    }
    return (this.#report?.failures ?? []).filter(({ id, name }) =>
      id ? !ids.has(id) : name !== '' && !names.has(name),
    );
  }
}

export function idOf({ spec }: Application): string | undefined {
  return spec?.compassMetadata?.applicationId || undefined;
}

/** The annotation is `Reason: message`. */
function fromNote(note: string): Readiness {
  const [, reason = 'ApplicationFailed', message = note] = /^(\w+): (.*)$/s.exec(note) ?? [];
  return { ready: 'False', reason, message };
}

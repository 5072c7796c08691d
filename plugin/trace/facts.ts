import type { Application } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import type { ReportedChange } from '#common/resources/report.ts';
import type { FoundConnection } from '../connection/find.ts';
import type { MissingRight } from '../connection/right.ts';
import { isOf, type NamedSecret } from '../get/landscape.ts';
import { idOf, type Readiness, type ReadinessJudge } from '../get/readiness.ts';
import type { SecretFacts } from '../get/secret-facts.ts';
import type { UsedUrl } from './urls.ts';

/** The Application at the end of a trace. */
export interface TracedApplication {
  readonly name: string;
  readonly id: string | undefined;
  readonly inCluster: boolean;
  readonly readiness: Readiness;
  /** The connection that keeps it; undefined where it is not from Compass. */
  readonly connection: string | undefined;
}

/** One way back: each part is there where the way leads through it. */
export interface Trace {
  /** The URL that fits what was asked for. */
  readonly url?: UsedUrl | undefined;
  /** The Secret that was asked for; for a URL those that a call takes. */
  readonly secrets: readonly (NamedSecret & { readonly facts: SecretFacts; readonly namespace: string })[];
  /** What a Secret is that belongs to the connection itself. */
  readonly purpose?: string | undefined;
  readonly apis: readonly { readonly id: string; readonly name: string }[];
  readonly bundle?: { readonly id: string; readonly name: string; readonly displayName: string } | undefined;
  readonly application?: TracedApplication | undefined;
  /** The last one of the Secret, else of its Application, among those that the report keeps. */
  readonly change?: ReportedChange | undefined;
}

/** What was found, and by which connection's report it is told. */
export interface TraceFacts {
  readonly connection: FoundConnection;
  readonly traces: readonly Trace[];
  readonly notPermitted: readonly MissingRight[];
}

export function tracedApplication(
  application: Application,
  connection: FoundConnection,
  judge: ReadinessJudge,
): TracedApplication {
  const { name, annotations } = application.metadata;
  const isFromCompass = application.spec?.compassMetadata !== undefined;
  const keeper = isOf(application, connection.name) ? connection.name : annotations?.[CONNECTION_ANNOTATION];
  return {
    name,
    id: idOf(application),
    inCluster: true,
    readiness: judge.of(application),
    connection: isFromCompass ? keeper : undefined,
  };
}

/** The newest change of one of these Secrets, else of the Application. */
export function lastChange(
  { found }: FoundConnection,
  secrets: readonly string[],
  application: string | undefined,
): ReportedChange | undefined {
  const changes = found?.report?.changes ?? [];
  return (
    changes.find(({ kind, name }) => kind === 'Secret' && secrets.includes(name)) ??
    changes.find(({ kind, name }) => kind === 'Application' && name === application)
  );
}

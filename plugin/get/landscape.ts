import type { Application, ApplicationService, ServiceEntry } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import type { FoundConnection } from '../connection/find.ts';
import { ReadinessJudge } from './readiness.ts';
import type { SecretReading } from './secret-reading.ts';

/** What was read about the Applications of one connection. */
export interface Landscape {
  readonly connection: FoundConnection;
  readonly applications: readonly Application[];
  /** The names of Applications that were read, and are not of this connection. */
  readonly elsewhere: readonly string[];
  /** Undefined where nobody asks for them. */
  readonly secrets: SecretReading | undefined;
  readonly judge: ReadinessJudge;
  /** When a synchronization last ended, RFC 3339. */
  readonly lastSync: string | undefined;
}

export interface LandscapeParts {
  readonly connection: FoundConnection;
  readonly applications: readonly Application[];
  readonly secrets?: SecretReading | undefined;
  /** Also those of other connections, and those that are not from Compass. */
  readonly all: boolean;
}

export function landscapeOf({ connection, applications, secrets, all }: LandscapeParts): Landscape {
  const { name, found, resource } = connection;
  const { lastSuccessfulApplication } = resource?.status?.synchronizationStatus ?? {};
  const isWanted = (application: Application) => all || isOf(application, name);
  return {
    connection,
    applications: applications.filter(isWanted),
    elsewhere: applications.filter((application) => !isWanted(application)).map(({ metadata }) => metadata.name),
    secrets,
    judge: new ReadinessJudge(name, found?.report),
    lastSync: found?.report?.lastSync ?? lastSuccessfulApplication ?? undefined,
  };
}

/** Whether an Application is one of a connection's. One that the reference agent made carries no mark until it changes. */
export function isOf({ metadata, spec }: Application, connection: string): boolean {
  if (!spec?.compassMetadata) return false;
  return (metadata.annotations?.[CONNECTION_ANNOTATION] ?? connection) === connection;
}

/** A Secret that an entry names. */
export interface NamedSecret {
  readonly name: string;
  readonly use: 'credentials' | 'parameters';
  /** OAuth or Basic; undefined for parameters. */
  readonly authentication: string | undefined;
}

/** A Secret that an Application refers to. */
export interface SecretReference extends NamedSecret {
  readonly application: Application;
  readonly service: ApplicationService;
}

/** The Secrets that an Application refers to, each once. */
export function secretReferences(application: Application): readonly SecretReference[] {
  const references = new Map<string, SecretReference>();
  for (const service of application.spec?.services ?? []) {
    for (const entry of service.entries ?? []) {
      for (const secret of namedSecrets(entry)) {
        if (!references.has(secret.name)) references.set(secret.name, { ...secret, application, service });
      }
    }
  }
  return [...references.values()];
}

/** The Secrets that an entry names: of its credentials, and of its request parameters. */
export function namedSecrets({ credentials, requestParametersSecretName }: ServiceEntry): readonly NamedSecret[] {
  const { secretName = '', type } = credentials ?? {};
  const all: readonly NamedSecret[] = [
    { name: secretName, use: 'credentials', authentication: type },
    { name: requestParametersSecretName ?? '', use: 'parameters', authentication: undefined },
  ];
  return all.filter(({ name }) => name !== '');
}

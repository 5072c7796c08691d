import { isRecord, parseJson } from '#common/json.ts';
import { ANNOTATION_PREFIX } from '#common/resources/names.ts';

/** On the reference agent's Deployment while it is scaled to 0 by us: what it takes to go back. */
export const MIGRATION_ANNOTATION = `${ANNOTATION_PREFIX}migration`;

/** What is written down in the same write that scales the agent to 0, so that no crash can come between. */
export interface MigrationRecord {
  /** What the agent's Deployment had. */
  readonly replicas: number;
  /** RFC 3339, by the clock of whoever migrated. */
  readonly startedAt: string;
  /** `namespace/name` of the Deployment that takes over. */
  readonly sidecar: string;
  /** When the sidecar had proven itself; absent while that is under way. */
  readonly provenAt?: string;
}

/** The record of an annotation; undefined where there is none, or none that can be read. */
export function readRecord(annotations: Readonly<Record<string, string>> | undefined): MigrationRecord | undefined {
  // somebody else's hand may have been there: then it is as good as none
  const parsed = parseJson(annotations?.[MIGRATION_ANNOTATION] ?? '');
  if (!isRecord(parsed)) return undefined;
  const { replicas, startedAt, sidecar, provenAt } = parsed;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 1) return undefined;
  return {
    replicas,
    startedAt: typeof startedAt === 'string' ? startedAt : '',
    sidecar: typeof sidecar === 'string' ? sidecar : '',
    ...(typeof provenAt === 'string' ? { provenAt } : {}),
  };
}

export function formatRecord(record: MigrationRecord): string {
  return JSON.stringify(record);
}

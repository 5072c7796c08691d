import type { Authentication } from './identity/authentication.ts';
import type { Authorization } from './identity/authorization.ts';
import type { Registry } from './registry.ts';
import type { Storage } from './storage.ts';

/** What the verbs work on. */
export type Cluster = {
  storage: Storage;
  registry: Registry;
  authentication: Authentication;
  authorization: Authorization;
  now(): Date;
};

/** A time as metadata holds it: RFC 3339 in UTC, whole seconds. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

import { documentSchema } from './document.ts';

/** What every command prints where it fails before it has anything of its own to show, v1: additive changes only. */
export const FAILURE_SCHEMA = documentSchema('The failure of a command, v1', {});

import { object, text } from '#common/resources/schema.ts';
import { itemFields } from './item.ts';

/** What `get events -o json` prints of each, v1: additive changes only. */
export const EVENT_DEFINITION_SCHEMA = object({ ...itemFields, bundle: text });

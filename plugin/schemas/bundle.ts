import { count, object, text } from '#common/resources/schema.ts';
import { access, itemFields } from './item.ts';

/** What `get bundles -o json` prints of each, v1: additive changes only. */
export const BUNDLE_SCHEMA = object(
  { ...itemFields, displayName: text, description: text, apis: count, events: count },
  access,
);

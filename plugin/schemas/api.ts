import { object, text } from '#common/resources/schema.ts';
import { access, itemFields } from './item.ts';

/** What `get apis -o json` prints of each, v1: additive changes only. */
export const API_SCHEMA = object({ ...itemFields, bundle: text }, { targetUrl: text, gatewayUrl: text, ...access });

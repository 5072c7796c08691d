import { test } from 'node:test';
import { everyState } from './every-state.ts';

test('every state is reached by its cause, and left when the cause ends (the CRD in the field: no status subresource, prunes)', (t) =>
  everyState(t, 'field'));

import { test } from 'node:test';
import { everyState } from './every-state.ts';

test('every state is reached by its cause, and left when the cause ends (our CRD)', (t) => everyState(t, 'ours'));

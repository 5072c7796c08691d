import { importTests } from './import-tests.ts';

await importTests('faults/input/*.test.ts', 'faults/invariants/*.test.ts');

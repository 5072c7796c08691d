import { importTests } from './import-tests.ts';

await importTests('faults/compass/*.test.ts');

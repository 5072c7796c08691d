import { importTests } from './import-tests.ts';

await importTests('faults/director/*.test.ts');

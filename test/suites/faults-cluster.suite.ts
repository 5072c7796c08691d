import { importTests } from './import-tests.ts';

await importTests('faults/cluster/*.test.ts');

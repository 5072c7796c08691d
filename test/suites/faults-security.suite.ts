import { importTests } from './import-tests.ts';

await importTests('faults/security/*.test.ts');

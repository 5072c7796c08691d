import { importTests } from './import-tests.ts';

await importTests('faults/process/*.test.ts');

import { importTests } from './import-tests.ts';

await importTests('simulator/**/*.test.ts');

import { importTests } from './import-tests.ts';

await importTests('bench/**/*.test.ts');

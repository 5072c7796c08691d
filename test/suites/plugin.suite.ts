import { importTests } from './import-tests.ts';

await importTests('plugin/**/*.test.ts');

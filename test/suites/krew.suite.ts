import { importTests } from './import-tests.ts';

await importTests('krew/**/*.test.ts');

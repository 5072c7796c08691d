import { importTests } from './import-tests.ts';

await importTests('common/sync/**/*.test.ts');

import { importTests } from './import-tests.ts';

await importTests('common/cluster/**/*.test.ts', 'cluster/**/*.test.ts');

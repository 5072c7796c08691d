import { importTests } from './import-tests.ts';

await importTests('chart/**/*.test.ts', 'monitoring/**/*.test.ts');

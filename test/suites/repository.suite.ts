import { importTests } from './import-tests.ts';

await importTests('repository/**/*.test.ts', '*.test.ts');

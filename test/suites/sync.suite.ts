import { importTests } from './import-tests.ts';

await importTests('sidecar/sync/**/*.test.ts');

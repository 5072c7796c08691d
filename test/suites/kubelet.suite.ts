import { importTests } from './import-tests.ts';

await importTests('kubelet/**/*.test.ts');

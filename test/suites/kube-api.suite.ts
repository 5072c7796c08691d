import { importTests } from './import-tests.ts';

await importTests('kube-api/**/*.test.ts');

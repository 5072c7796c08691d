import { importTests } from './import-tests.ts';

await importTests('common/{checks,compass,pki,resources}/**/*.test.ts', 'common/*.test.ts');

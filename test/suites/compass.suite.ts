import { importTests } from './import-tests.ts';

await importTests('common/{compass,pki,resources}/**/*.test.ts', 'common/*.test.ts');

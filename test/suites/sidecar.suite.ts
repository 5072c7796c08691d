import { importTests } from './import-tests.ts';

await importTests('sidecar/*.test.ts', 'sidecar/{connection,leader,health,status,deploy}/**/*.test.ts');

import { importTests } from './import-tests.ts';

await importTests(
  'sidecar/*.test.ts',
  'sidecar/{check,config,connection,deploy,diff,health,leader,neighbours,status,suspension}/**/*.test.ts',
);

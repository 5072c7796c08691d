import { importTests } from './import-tests.ts';

await importTests(
  'sidecar/*.test.ts',
  'sidecar/{check,config,connection,deletions,deploy,diff,health,leader,neighbours,status,suspension}/**/*.test.ts',
);

import { call } from '#common/compass/graphql.ts';
import { reasonOf } from '#common/errors.ts';

// A process of its own, because Node reads NODE_EXTRA_CA_CERTS at its start. Argument: JSON of url and extraRoots.
const { url, extraRoots } = JSON.parse(process.argv[2] ?? '');
const what = { document: 'query thing { thing }', operationName: 'thing' };
const outcome = await call({ url, target: 'connector' }, what, { extraRoots }).then(() => 'ok', reasonOf);
process.stdout.write(outcome);

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type GraphQLSchema, parse, validate } from 'graphql';
import * as documents from '#common/compass/documents.ts';
import { connectorSchema } from '../../simulator/schema/connector.ts';
import { directorSchema } from '../../simulator/schema/director.ts';

const CONNECTOR: readonly documents.Operation[] = [
  documents.CONFIGURATION,
  documents.SIGN_CERTIFICATE_SIGNING_REQUEST,
  documents.REVOKE_CERTIFICATE,
];

function schemasFor(operation: documents.Operation): GraphQLSchema[] {
  if (operation === documents.PROBE) return [connectorSchema, directorSchema];
  return [CONNECTOR.includes(operation) ? connectorSchema : directorSchema];
}

suite('the documents that are sent', () => {
  for (const operation of Object.values(documents)) {
    test(`${operation.operationName} fits the schema, and is named as it says`, () => {
      const parsed = parse(operation.document);
      for (const schema of schemasFor(operation)) assert.deepEqual(validate(schema, parsed), []);
      const [definition, ...others] = parsed.definitions;
      assert.equal(others.length, 0);
      assert.ok(definition?.kind === 'OperationDefinition');
      assert.equal(definition.name?.value, operation.operationName);
    });
  }

  test('D21: no value stands in a document but the constant size of nested pages', () => {
    for (const { document } of Object.values(documents)) {
      assert.doesNotMatch(document, /"|\$\{/);
      assert.deepEqual([...new Set(document.match(/: *\d+/g) ?? [': 100'])], [': 100']);
    }
  });
});

import { type DocumentNode, execute, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { type Answer, jsonAnswer } from './answer.ts';
import type { GraphqlRequest } from './graphql-request.ts';

function unprocessable(errors: readonly GraphQLError[], code: string): Answer {
  const coded = errors.map((error) => ({ ...error.toJSON(), extensions: { code } }));
  return jsonAnswer(422, { errors: coded, data: null });
}

function parseDocument(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query);
  } catch (error) {
    return error instanceof GraphQLError ? error : new GraphQLError('the document cannot be parsed');
  }
}

/** Documents that are good for a schema: a client sends the same few again and again, and judging one takes longer than a page. */
const good = new WeakMap<GraphQLSchema, Map<string, DocumentNode>>();
const MOST_GOOD = 100;

function judgeDocument(schema: GraphQLSchema, query: string): DocumentNode | Answer {
  const known = good.get(schema) ?? new Map<string, DocumentNode>();
  good.set(schema, known);
  const before = known.get(query);
  if (before) return before;
  const document = parseDocument(query);
  if (document instanceof GraphQLError) return unprocessable([document], 'GRAPHQL_PARSE_FAILED');
  const invalid = validate(schema, document);
  if (invalid.length > 0) return unprocessable(invalid, 'GRAPHQL_VALIDATION_FAILED');
  if (known.size < MOST_GOOD) known.set(query, document);
  return document;
}

/** Runs a request as gqlgen does: 400 for what is no JSON, 422 for a document or variables that do not fit the schema, 200 for all else. */
export async function executeRequest(
  schema: GraphQLSchema,
  request: GraphqlRequest | undefined,
  contextValue: unknown,
): Promise<Answer> {
  if (request === undefined) {
    return jsonAnswer(400, { errors: [{ message: 'json request body could not be decoded' }], data: null });
  }
  const document = judgeDocument(schema, request.query);
  if (!('kind' in document)) return document;
  const { operationName, variables: variableValues } = request;
  const { data, errors } = await execute({ schema, document, operationName, variableValues, contextValue });
  if (data === undefined) return unprocessable(errors ?? [], 'GRAPHQL_VALIDATION_FAILED');
  return jsonAnswer(200, errors === undefined ? { data } : { errors, data });
}

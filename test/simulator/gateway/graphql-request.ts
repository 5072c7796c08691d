import { type DocumentNode, Kind, type OperationDefinitionNode, parse, type SelectionSetNode } from 'graphql';

/** A GraphQL request over HTTP, read but not yet checked against a schema. */
export interface GraphqlRequest {
  query: string;
  operationName: string | null;
  variables: Record<string, unknown>;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined where the body is no JSON object. */
export function readGraphqlRequest(body: string): GraphqlRequest | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!isRecord(parsed)) return undefined;
  const { query, operationName, variables } = parsed;
  return {
    query: typeof query === 'string' ? query : '',
    operationName: typeof operationName === 'string' && operationName !== '' ? operationName : null,
    variables: isRecord(variables) ? variables : {},
  };
}

/** What faults and the request log go by. */
export interface OperationNames {
  operation: string | null;
  rootFields: string[];
}

function isSelectedOperation(name: string | null) {
  return (node: DocumentNode['definitions'][number]): node is OperationDefinitionNode =>
    node.kind === Kind.OPERATION_DEFINITION && (name === null || node.name?.value === name);
}

function fieldsOf(set: SelectionSetNode): string[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [selection.name.value];
    return selection.kind === Kind.INLINE_FRAGMENT ? fieldsOf(selection.selectionSet) : [];
  });
}

/** Empty names where the request cannot be parsed. */
export function operationNames(request: GraphqlRequest | undefined): OperationNames {
  const nothing = { operation: null, rootFields: [] };
  if (request === undefined) return nothing;
  try {
    const operation = parse(request.query).definitions.find(isSelectedOperation(request.operationName));
    if (operation === undefined) return nothing;
    return { operation: operation.name?.value ?? null, rootFields: fieldsOf(operation.selectionSet) };
  } catch {
    return nothing;
  }
}

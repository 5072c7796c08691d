import { GraphQLError, type GraphQLScalarType, type GraphQLSchema, isScalarType, valueFromASTUntyped } from 'graphql';

/** What a scalar takes; its name stands in the error. */
const RULES: Record<string, (value: unknown) => boolean> = {
  Any: (value) => value !== undefined,
  HttpHeaders: isMultiMap,
  JSONSchema: isText,
  Labels: isMap,
  PageCursor: isText,
  QueryParams: isMultiMap,
  Timestamp: isText,
};

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isMultiMap(value: unknown): boolean {
  return isMap(value) && Object.values(value).every((list) => Array.isArray(list) && list.every(isText));
}

function refine(scalar: GraphQLScalarType, accepts: (value: unknown) => boolean): void {
  const check = (value: unknown): unknown => {
    if (!accepts(value)) throw new GraphQLError(`${scalar.name} cannot represent the value`);
    return value;
  };
  scalar.serialize = check;
  scalar.parseValue = check;
  scalar.parseLiteral = (node, variables) => check(valueFromASTUntyped(node, variables));
}

/** Makes the schema's own scalars check their values, in and out. */
export function refineScalars(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, accepts] of Object.entries(RULES)) {
    const type = schema.getType(name);
    if (isScalarType(type)) refine(type, accepts);
  }
  return schema;
}

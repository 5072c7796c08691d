import { buildSchema, type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { refineScalars } from './scalars.ts';

/** Resolvers by type and field; a field that is not named here is read from its parent. */
export type Resolvers<Context> = Record<string, Record<string, GraphQLFieldResolver<never, Context, never>>>;

/** An executable schema of its own, so that two simulators in one process share nothing. */
export function resolveBy<Context>(sdl: string, resolvers: Resolvers<Context>): GraphQLSchema {
  const schema = refineScalars(buildSchema(sdl));
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new Error(`the schema has no object type ${typeName}`);
    for (const [fieldName, resolve] of Object.entries(fields)) {
      const field = type.getFields()[fieldName];
      if (field === undefined) throw new Error(`the type ${typeName} has no field ${fieldName}`);
      field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  return schema;
}

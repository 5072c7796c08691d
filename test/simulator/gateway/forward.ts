import type { GraphQLSchema } from 'graphql';
import { type CUT, strike } from '../faults/strike.ts';
import { type Answer, rateLimitedAnswer } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { executeRequest } from './execute.ts';
import { rememberedListing } from './remembered.ts';

/** A service behind the gateway. */
export interface Service {
  schema: GraphQLSchema;
  /** The resolvers' context for one request. */
  context(exchange: Exchange): unknown;
  /** An answer for callers that do not even reach the resolvers, where the service has one. */
  refuse(exchange: Exchange): Answer | undefined;
}

/** Takes the token out of its slot, whatever becomes of the request. Only the Connector's doors know one-time tokens. */
function consumeToken(exchange: Exchange): void {
  const { token, target, compass, logged } = exchange;
  if (token === undefined || target === 'director') return;
  exchange.tokenIdentity = compass.identities.consume(token);
  logged.tokenConsumed = exchange.tokenIdentity !== undefined;
  logged.identity = exchange.tokenIdentity?.clientId ?? logged.identity;
}

/** Brings a request to its service the way Compass's gateway does: resolve and consume the token, limit the rate, then run it. */
export async function forward(exchange: Exchange, service: Service): Promise<Answer | typeof CUT> {
  const { compass, logged } = exchange;
  const early = await strike(compass, 'beforeConsumption', logged);
  if (early !== undefined) return early;
  const isWithinLimit = compass.bucket.take();
  if (isWithinLimit || compass.switches.rateLimitConsumesToken) consumeToken(exchange);
  if (!isWithinLimit) return rateLimitedAnswer();
  const late = await strike(compass, 'afterConsumption', logged);
  if (late !== undefined) return late;
  const execute = () => executeRequest(service.schema, exchange.request, service.context(exchange));
  const answer = service.refuse(exchange) ?? (await rememberedListing(exchange, execute));
  return (await strike(compass, 'afterExecution', logged, answer)) ?? answer;
}

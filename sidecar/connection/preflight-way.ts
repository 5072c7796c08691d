import { probe } from '#common/compass/connector.ts';
import type { Endpoint, Transport } from '#common/compass/endpoint.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import type { ConnectionContext } from './context.ts';

/**
 * Goes the way to the Connector with `{ __typename }`: no token in it, nothing spent, and its `Date` says what time it is
 * there. Throws what the call throws, but for a refusal, which comes after everything that is to be proven.
 */
export async function reachConnector(
  { transport, compassTime }: Pick<ConnectionContext, 'transport' | 'compassTime'>,
  connector: Endpoint,
): Promise<void> {
  const observing: Transport = {
    ...transport,
    observe: (call) => {
      transport.observe?.(call);
      if (call.clockSkewMs !== undefined) compassTime.observe(call.clockSkewMs);
    },
  };
  try {
    await probe(connector, observing);
  } catch (error) {
    if (!isFromConnector(error)) throw error;
  }
}

/** It wants to know who asks, or its GraphQL has something against the question: both are answers of the Connector. */
function isFromConnector(error: unknown): boolean {
  if (hasReason(error, 'Rejected')) return true;
  return hasReason(error, 'CompassFailed') && error instanceof CompassError && error.status === 200;
}

import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from './cluster.ts';
import type { FaultEffect } from './faults.ts';
import type { ApiRequest } from './request.ts';
import { ApiError } from './status.ts';

const reasons: Record<number, string> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Lets the effects of faults happen that come before the work; true when the connection is gone. */
export async function suffer(
  effects: FaultEffect[],
  request: ApiRequest,
  cluster: Cluster,
  response: ServerResponse,
): Promise<boolean> {
  for (const effect of effects) {
    if (effect.kind === 'delay') await delay(effect.ms, undefined, { ref: false });
    else applyEffect(effect, request, cluster);
    if (effect.kind === 'cut' && effect.when === 'before') {
      response.destroy();
      return true;
    }
  }
  return false;
}

function applyEffect(effect: FaultEffect, request: ApiRequest, { storage }: Cluster): void {
  switch (effect.kind) {
    case 'stale':
      request.revision = Math.max(storage.floor, storage.revision - effect.revisions);
      break;
    case 'mutate':
      request.mutation = effect.patch;
      break;
    case 'status':
      throw statusOf(effect);
    case 'deny': {
      const text = `admission webhook "${effect.webhook}" denied the request: ${effect.message}`;
      throw new ApiError(effect.code ?? 400, '', text);
    }
    default:
  }
}

function statusOf({ code, reason, message, retryAfterSeconds }: Extract<FaultEffect, { kind: 'status' }>): ApiError {
  const text = message ?? `a fault was switched on for this request (${code})`;
  const why = reason ?? reasons[code] ?? '';
  if (retryAfterSeconds === undefined) return new ApiError(code, why, text, {});
  return new ApiError(code, why, text, { retryAfterSeconds }, { 'retry-after': String(retryAfterSeconds) });
}

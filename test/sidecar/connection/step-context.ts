import type { TestContext } from 'node:test';
import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { pairOf } from '#common/pki/certificate.ts';
import { Sensitive } from '#common/sensitive.ts';
import type { Configuration } from '../../../sidecar/connection/configuration.ts';
import type { ConnectionInput } from '../../../sidecar/connection/connection-result.ts';
import { ConnectionStep } from '../../../sidecar/connection/connection-step.ts';
import type { ConnectionContext } from '../../../sidecar/connection/context.ts';
import { restorePair } from '../../../sidecar/connection/credential-store.ts';
import { DocumentStore } from '../../../sidecar/connection/document-store.ts';
import type { Journal } from '../../../sidecar/connection/journal.ts';
import { memoryDocument } from '../../../sidecar/connection/memory-document.ts';
import { freshState, type StoredState } from '../../../sidecar/connection/state.ts';
import { Upkeep } from '../../../sidecar/connection/upkeep.ts';
import { pairedContext } from './compass-context.ts';

/** A step of a process that has just started, with a pair in the client Secret and a journal that a process before may have left. */
export async function stepContext(t: TestContext, parts: Partial<ConnectionContext> = {}) {
  const document = memoryDocument<Journal>();
  const compass = await pairedContext(t, { journal: new DocumentStore(document), ...parts });
  const { simulator, connection, cluster } = compass;
  const context = { ...compass.context, config: { ...compass.context.config, keySize: 2048 } };
  await restorePair(cluster, context.config, pairOf(connection.credential));
  const { urls, runtimeId, tenant } = connection;
  const know = (known: Partial<StoredState> = {}) => context.state.write({ ...freshState(), ...known });
  await know({ urls, runtimeId, ...(tenant === undefined ? {} : { tenant }) });
  const configuration: Configuration = {
    ...{ connectorUrl: simulator.urls.connector, runtimeId: simulator.runtimeId, tenant: simulator.tenant },
    token: undefined,
  };
  const withToken = (text: string) => ({
    configuration: { ...configuration, token: { value: new Sensitive(text), hash: `hash of ${text}` } },
  });
  const step = new ConnectionStep(context, () => 0);
  const run = (asked: Partial<ConnectionInput> = {}, by = step) =>
    by.run({
      ...{ configuration, specUrls: undefined, isReconnectAskedFor: false },
      ...{ isRenewalAskedFor: false, isSuspect: false, ...asked },
    });
  const left = async (journal: Journal) => {
    await document.write(journal, undefined);
    context.journal.forget();
  };
  const renewAt = new Upkeep(context, () => 0).renewAt(connection.credential);
  const secret = { kind: SECRET, ...context.config.clientSecret };
  const crt = async () => atob((await cluster.find<Secret>(secret))?.data?.['crt'] ?? '');
  return { ...compass, context, know, configuration, withToken, step, run, left, renewAt, secret, crt };
}

/** A renewal that waits, and nothing else that works. */
export async function renewalAlone(t: TestContext) {
  const parts = await stepContext(t);
  const { journal, connection } = await parts.pair();
  const { tokenHash: _hash, ...renewed } = { ...journal, purpose: 'renew' as const };
  await parts.cluster.delete(parts.secret);
  await parts.left(renewed);
  return { ...parts, waiting: connection };
}

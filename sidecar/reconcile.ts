import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { VERSION } from '#common/version.ts';
import { type Configuration, readConfiguration } from './connection/configuration.ts';
import type { ConnectionResult } from './connection/connection-result.ts';
import type { ConnectionStep } from './connection/connection-step.ts';
import type { ConnectionContext } from './connection/context.ts';
import { requireTrustedUrls } from './connection/issue.ts';
import { freshState, type ManagementUrls } from './connection/state.ts';
import { ConnectionLog } from './connection-log.ts';
import { Requests } from './requests.ts';
import type { Done } from './status/connection-patch.ts';
import type { ContactObservation, Observation, Warning } from './status/observation.ts';
import type { SyncStep } from './sync-step.ts';

/** The CompassConnection in the cluster, and everything that is written about the connection. */
export interface ConnectionResource {
  /** `served` is false where the CRD is missing. Nothing is concluded from an object that cannot be read: it throws. */
  read(): Promise<{ readonly served: boolean; readonly object: CompassConnection | undefined }>;
  /**
   * Writes status, report, Events and metrics, as far as they differ, and takes off what is `done`; `read` is the object
   * as it is known. Returns the object as it is then. Never throws for what may fail by itself.
   */
  publish(
    read: CompassConnection | undefined,
    observation: Observation,
    done: Done,
  ): Promise<CompassConnection | undefined>;
}

export interface ReconcilerOptions {
  readonly context: ConnectionContext;
  readonly connectionStep: ConnectionStep;
  readonly syncStep: SyncStep;
  readonly resource: ConnectionResource;
  /** Lasting warnings, such as verification that is switched off. */
  readonly warnings: () => readonly Warning[];
  readonly connectorContact: () => ContactObservation | undefined;
}

/** One level-based pass: read, look after the connection, synchronize, write. */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #requests = new Requests();
  #isSuspect = false;
  #interruption = new AbortController();
  readonly #log: ConnectionLog;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    this.#log = new ConnectionLog(options.context.log);
  }

  /** Something came up that must not wait for the end of a long listing: a new token, or a deleted CompassConnection. */
  readonly interrupt = (): void => this.#interruption.abort();

  /** Returns in how many milliseconds the next pass is due; throws what the cluster throws. */
  readonly pass = async (): Promise<number> => {
    this.#interruption = new AbortController();
    const { connectionStep, syncStep, resource, context } = this.#options;
    const { object, served } = await resource.read();
    const configuration = await this.#readConfiguration();
    this.#requests.take(object, context.clock.now());
    syncStep.beginPass();

    const result = await connectionStep.run({
      configuration,
      specUrls: this.#specUrls(object, configuration),
      isReconnectAskedFor: await this.#noteReconnect(served, object),
      isRenewalAskedFor: object?.spec.refreshCredentialsNow === true || this.#requests.isOpen('renew'),
      isSuspect: this.#isSuspect,
    });
    this.#isSuspect = false;
    this.#log.take(result);
    this.#answerConnection(result);
    if (result.did === 'paired') syncStep.hurry();
    const isRenewed = result.did === 'renewed';
    const current = await this.#publish(object, result, { refreshCredentialsNow: isRenewed });
    // Deleted while this pass ran, which asks for a new pairing: to write it anew here would hide that from the next pass.
    if (object !== undefined && current === undefined) return 0;

    const isSyncAskedFor = object?.spec.resyncNow === true || this.#requests.isOpen('sync');
    if (result.connection && (await syncStep.run(result.connection, isSyncAskedFor, this.#interruption.signal))) {
      this.#answerSync();
      this.#isSuspect = hasReason(syncStep.outcome?.fetch.error, 'Rejected', 'CertificateExpired');
      await this.#publish(current, result, { resyncNow: isSyncAskedFor });
    }
    return this.#dueInMs(result);
  };

  async #readConfiguration(): Promise<Configuration | CompassError> {
    const { cluster, config } = this.#options.context;
    try {
      return await readConfiguration(cluster, config.configurationSecret);
    } catch (error) {
      if (hasReason(error, 'ConfigurationMissing', 'ConfigurationInvalid', 'UntrustedUrl')) return error;
      throw error;
    }
  }

  /**
   * Whether a new pairing is asked for, and made to outlive a restart: by a request, or by deleting the CompassConnection,
   * which is the documented way. One that was never there has not been deleted.
   */
  async #noteReconnect(served: boolean, object: CompassConnection | undefined): Promise<boolean> {
    const { state } = this.#options.context;
    const before = (await state.load()) ?? freshState();
    const isDeleted = served && object === undefined && before.registered;
    const isAskedFor = before.reconnectPending || isDeleted || this.#requests.isOpen('reconnect');
    const isRegistered = before.registered || object !== undefined;
    if (isAskedFor !== before.reconnectPending || isRegistered !== before.registered) {
      await state.write({ ...before, reconnectPending: isAskedFor, registered: isRegistered });
    }
    return isAskedFor;
  }

  /** The URLs of the CompassConnection, if they may be trusted with the credential. */
  #specUrls(
    object: CompassConnection | undefined,
    configuration: Configuration | CompassError,
  ): ManagementUrls | undefined {
    const { connectorUrl: connector = '', directorUrl: director = '' } = object?.spec.managementInfo ?? {};
    if (connector === '' || director === '') return undefined;
    const { context } = this.#options;
    const anchor =
      configuration instanceof CompassError ? context.state.value?.urls?.connector : configuration.connectorUrl;
    const urls = { connector, director };
    try {
      requireTrustedUrls(context, anchor ?? connector, urls);
      return urls;
    } catch (error) {
      context.log.warn('the URLs in the CompassConnection are not trusted, and not used', errorFields(error));
      return undefined;
    }
  }

  #answerConnection({ did, error, reconnectError, attempted }: ConnectionResult): void {
    const now = this.#options.context.clock.now();
    if (did === 'paired') this.#requests.finish('reconnect', 'succeeded', now);
    if (did === 'renewed') this.#requests.finish('renew', 'succeeded', now);
    if (reconnectError?.retry === 'never') this.#requests.finish('reconnect', 'failed', now, reconnectError.message);
    if (attempted && error instanceof CompassError) {
      this.#requests.finish('renew', 'failed', now, error.message);
      if (error.retry === 'never') this.#requests.finish('reconnect', 'failed', now, error.message);
    }
  }

  #answerSync(): void {
    const { outcome } = this.#options.syncStep;
    const error = outcome?.fetch.error ?? outcome?.applyError;
    const isGood = outcome !== undefined && error === undefined && outcome.failed.length === 0;
    const message = error?.message ?? (isGood ? undefined : `${outcome?.failed.length ?? 0} Applications failed`);
    this.#requests.finish('sync', isGood ? 'succeeded' : 'failed', this.#options.context.clock.now(), message);
  }

  async #publish(
    read: CompassConnection | undefined,
    result: ConnectionResult,
    flags: Pick<Done, 'resyncNow' | 'refreshCredentialsNow'>,
  ): Promise<CompassConnection | undefined> {
    // What was cut short by the stop says nothing about the connection; what was done before it is still told.
    if (this.#options.context.stopping.aborted && result.did === undefined) return read;
    const done = { ...flags, requests: this.#requests.answered(read) };
    return this.#options.resource.publish(read, this.#observe(read, result), done);
  }

  #observe(object: CompassConnection | undefined, result: ConnectionResult): Observation {
    const { context, syncStep, warnings, connectorContact } = this.#options;
    const { credential, connection, renewAt, error, reconnectError } = result;
    const { established, renewed, acquired, runtimeId, tenant } = context.state.value ?? freshState();
    const now = context.clock.now();
    const isUnexpected = error !== undefined && !(error instanceof CompassError);
    if (isUnexpected) context.log.error('a bug: the connection step failed without a reason', errorFields(error));
    return {
      now,
      generation: object?.metadata.generation,
      connection: {
        step: result.step,
        attempted: result.attempted,
        ok: connection !== undefined && error === undefined,
        error: isUnexpected
          ? new CompassError('InternalError', 'an unexpected error; see the log of the sidecar')
          : error,
        established,
        renewed,
      },
      credential: credential && renewAt !== undefined ? { ...credential, acquired, renewAt } : undefined,
      identity: runtimeId === undefined ? undefined : { runtimeId, tenant },
      urls: connection && { connectorUrl: connection.urls.connector, directorUrl: connection.urls.director },
      sync: syncStep.sync,
      labels: syncStep.labels,
      reconnect: reconnectError && { reason: reconnectError.reason, message: reconnectError.message },
      warnings: warnings(),
      requests: this.#requests.observed,
      leader: { isLeader: context.isLeader(), pod: context.config.podName, version: VERSION },
      connectorContact: connectorContact(),
      nextSyncAt: connection ? now + syncStep.dueInMs : undefined,
    };
  }

  #dueInMs({ connection, dueInMs }: ConnectionResult): number {
    if (this.#isSuspect) return 0;
    return connection ? Math.min(dueInMs, this.#options.syncStep.dueInMs) : dueInMs;
  }
}

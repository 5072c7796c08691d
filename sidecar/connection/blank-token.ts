import { SECRET, type Secret } from '#common/cluster/objects.ts';
import { hashToken, readToken } from '#common/compass/token.ts';
import { CompassError, hasReason } from '#common/errors.ts';
import { errorFields } from '#common/log.ts';
import { SIDECAR_FIELD_MANAGER } from '#common/resources/names.ts';
import { Schedule } from '../schedule.ts';
import type { Warning } from '../status/observation.ts';
import type { Configuration } from './configuration.ts';
import type { ConnectionContext } from './context.ts';
import { isStoreRefusal } from './store-forbidden.ts';

/**
 * Takes a token that was used out of the configuration Secret, once: its hash stays in the state, so that one which GitOps puts
 * back counts as used, and is left there. So are a ConfigMap and an immutable Secret. Without the right to it, or where
 * somebody refuses, the token stays and is warned about: it is good for nothing any more.
 */
export class TokenBlanking {
  readonly #context: ConnectionContext;
  readonly #schedule: Schedule;
  #refusal: CompassError | undefined;

  constructor(context: ConnectionContext, random: () => number) {
    this.#context = context;
    this.#schedule = new Schedule(context.clock, random, { firstMs: 5_000, longestMs: 3_600_000 });
  }

  get warnings(): readonly Warning[] {
    if (!this.#refusal) return [];
    const message = `the TOKEN in the configuration is used, and could not be taken out: ${this.#refusal.message}`;
    return [{ type: 'TokenKept', message }];
  }

  /** For a connection that works. Never throws: the next pass tries again. */
  async run(configuration: Configuration | CompassError): Promise<void> {
    const hash = configuration instanceof CompassError ? undefined : configuration.token?.hash;
    if (hash === undefined || !this.#isToBlank(hash)) {
      this.#refusal = undefined;
      return;
    }
    if (!this.#schedule.isDue || this.#context.stopping.aborted || !this.#context.isLeader()) return;
    try {
      const isBlanked = await blank(this.#context, hash);
      await this.#remember(hash);
      this.#refusal = undefined;
      this.#schedule.succeed(0);
      if (isBlanked) this.#context.log.info('the used token was taken out of the configuration Secret');
    } catch (error) {
      if (!(error instanceof CompassError)) throw error;
      this.#schedule.fail(error);
      this.#note(error);
    }
  }

  #isToBlank(hash: string): boolean {
    const record = this.#context.state.value?.tokens[hash];
    return record?.outcome === 'used' && record.blanked !== true;
  }

  /** Once for each reason: it is tried again for as long as the token lies there. */
  #note(error: CompassError): void {
    if (!isStoreRefusal(error) || this.#refusal?.reason === error.reason) return;
    this.#refusal = error;
    this.#context.log.warn('the used token stays in the configuration Secret', errorFields(error));
  }

  async #remember(hash: string): Promise<void> {
    const { state } = this.#context;
    const before = await state.load();
    const record = before?.tokens[hash];
    if (!before || !record) return;
    await state.write({ ...before, tokens: { ...before.tokens, [hash]: { ...record, blanked: true } } });
  }
}

/** Whether it was there to be taken out. A Secret that is changed meanwhile is a ClusterConflict. */
async function blank({ cluster, config }: ConnectionContext, hash: string): Promise<boolean> {
  const ref = { kind: SECRET, ...config.configurationSecret };
  const secret = await cluster.find<Secret>(ref);
  if (!secret || secret.immutable === true) return false;
  const { TOKEN: encoded, CONNECTOR_URL: present } = secret.data ?? {};
  const token = encoded === undefined ? undefined : tokenIn(encoded);
  if (!token || hashToken(token.token) !== hash) return false;
  const { resourceVersion } = secret.metadata;
  // A token can say where it is good for; that must not get lost with it.
  const isUrlNeeded = token.connectorUrl !== undefined && !present;
  const url = isUrlNeeded ? { CONNECTOR_URL: Buffer.from(token.connectorUrl).toString('base64') } : {};
  const patch = { metadata: { resourceVersion }, data: { TOKEN: '', ...url } };
  await cluster.mergePatch<Secret>(ref, patch, { fieldManager: SIDECAR_FIELD_MANAGER });
  return true;
}

function tokenIn(encoded: string): ReturnType<typeof readToken> | undefined {
  try {
    return readToken(Buffer.from(encoded, 'base64').toString('utf8'));
  } catch (error) {
    if (hasReason(error, 'ConfigurationInvalid')) return undefined;
    throw error;
  }
}

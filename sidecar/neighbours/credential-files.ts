import type { Clock } from '#common/clock.ts';
import { formatTime } from '#common/clock.ts';
import { isRecord, parseJson } from '#common/json.ts';
import type { Log } from '#common/log.ts';
import { type ConnectionFile, CREDENTIAL_FILES } from '#common/resources/connection-file.ts';
import { type CredentialSet, issuersOf } from './credential-set.ts';
import { type Files, SwappedFolder } from './swapped-folder.ts';

export interface CredentialFilesOptions {
  readonly folder: string;
  readonly fileMode: number;
  /** PEM of further roots that Compass is trusted by. */
  readonly roots: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  /** Told when another set has taken the place of the one before; `isFirst` where there was none. */
  readonly onSwap: (swap: Swap) => void;
}

export interface Swap {
  readonly generation: number;
  readonly isFirst: boolean;
}

const NAMES = Object.values(CREDENTIAL_FILES);

/** A reader that has resolved the link before the swap has so long to read what it leads to, in ms. */
const GRACE_MS = 10_000;

/** Keeps the files of the newest set in a folder, and what was there where it cannot. */
export class CredentialFiles {
  readonly #options: CredentialFilesOptions;
  readonly #folder: SwappedFolder;
  #generation = 0;
  #problem: string | undefined;
  #isUntidy = true;
  #swappedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: CredentialFilesOptions) {
    this.#options = options;
    this.#folder = new SwappedFolder(options.folder, options.fileMode);
    this.#generation = generationOf(this.#folder.read([CREDENTIAL_FILES.connection]));
  }

  /** Of the set in the folder; 0 where there is none. */
  get generation(): number {
    return this.#generation;
  }

  /** Why the folder does not hold what it should; undefined where it does. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** In how many ms there is something to remove; Infinity where there is nothing. */
  get dueInMs(): number {
    if (!this.#isUntidy) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#swappedAtMs + GRACE_MS - this.#options.clock.monotonicMs());
  }

  /** Makes the folder hold this set. Where it does already, nothing is written. False where it cannot: to be tried again. */
  keep(set: CredentialSet): boolean {
    const { log, folder, onSwap } = this.#options;
    try {
      const present = this.#folder.read(NAMES);
      if (present && isSame(present, this.#render(set, generationOf(present)))) {
        this.#problem = undefined;
        return true;
      }
      const before = Math.max(this.#generation, generationOf(present));
      this.#folder.put(this.#render(set, before + 1));
      this.#generation = before + 1;
      this.#isUntidy = true;
      this.#swappedAtMs = this.#options.clock.monotonicMs();
      this.#problem = undefined;
      log.info('the credentials beside the workloads were swapped', { folder, generation: this.#generation });
      onSwap({ generation: this.#generation, isFirst: before === 0 });
      return true;
    } catch (error) {
      // What was tried may be left, where it was swapped in and cannot be shown; more tries are no more time.
      if (!this.#isUntidy) this.#swappedAtMs = this.#options.clock.monotonicMs();
      this.#isUntidy = true;
      this.#problem = `the folder ${folder} cannot be written: ${systemWords(error)}`;
      log.error('the credentials beside the workloads are not up to date: their folder cannot be written', {
        folder,
        error: systemWords(error),
      });
      return false;
    }
  }

  /** Removes what was swapped out, once its readers have had their time. Whether there was anything. */
  tidy(): boolean {
    if (this.dueInMs > 0) return false;
    this.#isUntidy = false;
    try {
      return this.#folder.tidy() > 0;
    } catch (error) {
      this.#options.log.warn('what was swapped out cannot be removed', { error: systemWords(error) });
      return false;
    }
  }

  #render(set: CredentialSet, generation: number): Files {
    const { credential, connection, details } = set;
    const file: ConnectionFile = {
      schemaVersion: 'v1',
      generation,
      connection: connection ?? null,
      connectorUrl: details?.connectorUrl ?? null,
      directorUrl: details?.directorUrl ?? null,
      tenant: details?.tenant ?? null,
      runtimeId: details?.runtimeId ?? null,
      fingerprint: credential.fingerprint,
      notBefore: formatTime(credential.notBefore),
      notAfter: formatTime(credential.notAfter),
    };
    return {
      [CREDENTIAL_FILES.certificate]: credential.certificateChain,
      [CREDENTIAL_FILES.key]: credential.key.reveal(),
      [CREDENTIAL_FILES.authorities]: issuersOf(credential) + this.#options.roots.map(withNewline).join(''),
      [CREDENTIAL_FILES.connection]: `${JSON.stringify(file, undefined, 2)}\n`,
    };
  }
}

function withNewline(pem: string): string {
  return pem.endsWith('\n') ? pem : `${pem}\n`;
}

function isSame(files: Files, others: Files): boolean {
  return NAMES.every((name) => files[name] === others[name]);
}

function generationOf(files: Files | undefined): number {
  const raw = parseJson(files?.[CREDENTIAL_FILES.connection] ?? '');
  const generation = isRecord(raw) ? raw['generation'] : undefined;
  return typeof generation === 'number' && Number.isSafeInteger(generation) && generation > 0 ? generation : 0;
}

/** What the system says, without the path that is said already. */
function systemWords(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

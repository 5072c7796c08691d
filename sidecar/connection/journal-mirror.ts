import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '#common/errors.ts';
import type { Log } from '#common/log.ts';
import { readFileUpTo } from '#common/read-file.ts';
import { JOURNAL_FORMAT, type Journal } from './journal.ts';

/** In bytes: twice what a Secret holds. */
const LARGEST_COPY = 2 * 1024 * 1024;

/**
 * A copy of a journal that cannot be stored in the cluster for now, in a volume in memory: a container that is restarted
 * meanwhile goes on with what a token was spent for. A Pod that goes takes it along. Without a folder it keeps nothing.
 */
export class JournalMirror {
  readonly #folder: string | undefined;
  readonly #file: string;
  readonly #log: Log;

  constructor(folder: string | undefined, connectionName: string, log: Log) {
    this.#folder = folder;
    this.#file = join(folder ?? '', `${connectionName}-journal.json`);
    this.#log = log;
  }

  /** For the sidecar alone to read, whole or not at all. Never throws: it is the second place to keep it, and not the first. */
  async put(journal: Journal): Promise<void> {
    if (this.#folder === undefined) return;
    const draft = `${this.#file}.new`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await rm(draft, { force: true });
      await writeDurably(draft, JSON.stringify(JOURNAL_FORMAT.encode(journal)));
      await rename(draft, this.#file);
      await syncFolder(this.#folder);
    } catch (error) {
      await rm(draft).catch(() => undefined);
      this.#log.warn('what a token was spent for is in memory alone: its folder cannot be written', {
        folder: this.#folder,
        error: messageOf(error),
      });
    }
  }

  /** Undefined where there is none, or none that makes sense. */
  async read(): Promise<Journal | undefined> {
    if (this.#folder === undefined) return undefined;
    try {
      return JOURNAL_FORMAT.decode(JSON.parse((await readFileUpTo(this.#file, LARGEST_COPY)).toString('utf8')));
    } catch {
      return undefined;
    }
  }

  /** It is stored in the cluster, or of no use any more. Never throws. */
  async forget(): Promise<void> {
    if (this.#folder === undefined) return;
    await rm(this.#file).catch(() => undefined);
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A rename is durable once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

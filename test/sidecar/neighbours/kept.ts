import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { jsonLog } from '#common/log.ts';
import type { ConnectionFile } from '#common/resources/connection-file.ts';
import { KeptFolder, type KeptFolderOptions } from '../../../sidecar/neighbours/kept-folder.ts';
import { ManualClock } from '../manual-clock.ts';
import { memoryFolder } from './memory-folder.ts';

export type Settings = Partial<KeptFolderOptions['config']> & {
  readonly path?: string;
  readonly roots?: readonly string[];
};

/** A folder that is kept, in this process and on the test's clock. */
export function start(t: TestContext, { path = memoryFolder(t), roots = [], ...settings }: Settings = {}) {
  const clock = new ManualClock(Date.now());
  const lines: string[] = [];
  const log = jsonLog(
    (line) => lines.push(line),
    'debug',
    () => clock.now(),
  );
  const config = { credentialsFileMode: 0o440, notifyUrl: undefined, notifySignal: undefined, ...settings };
  const open = () => KeptFolder.open({ path, config, roots, clock, random: () => 0, log });
  const connection = () => JSON.parse(readFileSync(join(path, 'connection.json'), 'utf8')) as ConnectionFile;
  return { path, clock, lines, open, connection };
}

/** As it lives in the process: `stop` is SIGTERM. */
export function run(t: TestContext, kept: KeptFolder): () => Promise<void> {
  const stopping = new AbortController();
  const running = kept.run(stopping.signal);
  const stop = () => {
    stopping.abort();
    return running;
  };
  t.after(stop);
  return stop;
}

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Simulator } from '../../simulator/simulator.ts';
import { type PluginResult, runHere, runPlugin } from '../run-plugin.ts';

/** A folder for files of a credential, and ways to run `cert` on it. */
export interface FilesScene {
  /** Not there until something is written into it. */
  readonly out: string;
  /** A file with the root that the simulator is trusted by. */
  readonly ca: string;
  issue(args: readonly string[], input?: string, env?: Readonly<Record<string, string>>): Promise<PluginResult>;
  /** `cert VERB --cert … --key …` on what was issued. */
  run(verb: 'renew' | 'revoke', args?: readonly string[]): Promise<PluginResult>;
  names(): Promise<readonly string[]>;
  read(name: string): Promise<string>;
}

export async function filesScene(t: TestContext, simulator: Simulator): Promise<FilesScene> {
  const folder = await mkdtemp(join(tmpdir(), 'compass-files-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const ca = join(folder, 'compass-ca.pem');
  await writeFile(ca, simulator.caPem);
  const out = join(folder, 'app');
  const trusting = { NODE_EXTRA_CA_CERTS: ca };
  const files = ['--cert', join(out, 'compass-app.crt'), '--key', join(out, 'compass-app.key')];
  return {
    out,
    ca,
    issue: (args, input = '', env = {}) =>
      runPlugin(['cert', 'issue', '--out', out, '--key-size=2048', ...args], { ...trusting, ...env }, input),
    run: (verb, args = []) => runHere(['cert', verb, ...files, ...args], trusting),
    names: async () => (await readdir(out).catch(() => [])).toSorted(),
    read: (name) => readFile(join(out, name), 'utf8'),
  };
}

/** What an issue leaves behind, in the order of the names. */
export const FILES = [
  'compass-app-ca.crt',
  'compass-app-chain.crt',
  'compass-app.crt',
  'compass-app.key',
  'connection.json',
];

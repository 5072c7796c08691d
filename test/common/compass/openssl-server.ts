import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issued } from '../pki/authority.ts';
import { serverAuthority } from './tls-server.ts';

export const WITH_OPENSSL = {
  skip: spawnSync('openssl', ['version']).error ? 'the openssl command is not installed' : false,
};

/** How long the program may take to print what is waited for. */
const PATIENCE_MS = 10_000;

export interface OpensslServer extends AsyncDisposable {
  readonly url: string;
  /** Resolves when the server has printed such a thing: what it received, and with `-state` what TLS does. */
  output(pattern: RegExp): Promise<RegExpExecArray>;
  /** Types into the server: `r` and a newline renegotiates. */
  type(text: string): void;
}

/** `openssl s_server`: unlike Node's, it sends the alerts of the RFC, and can renegotiate. It answers nothing. */
export async function startOpensslServer(args: readonly string[], clientRoot?: Issued): Promise<OpensslServer> {
  const { server } = await serverAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'compass-tls-'));
  const file = async (name: string, content: string) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const own = ['-cert', await file('cert.pem', server.pem), '-key', await file('key.pem', server.keyPem)];
  const ca = clientRoot ? ['-CAfile', await file('ca.pem', clientRoot.pem)] : [];
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...own, ...ca, ...args]);
  const output = collect(child);
  const [, port] = await output(/ACCEPT 127\.0\.0\.1:(\d+)/);
  return {
    url: `https://localhost:${port}/graphql`,
    output,
    type: (text) => void child.stdin.write(text),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

/** Waits until the program has printed something. */
function collect(child: ChildProcessWithoutNullStreams): OpensslServer['output'] {
  let text = '';
  const printed = new EventEmitter();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      printed.emit('more');
    });
  }
  child.once('exit', () => printed.listenerCount('error') > 0 && printed.emit('error', new Error('s_server ended')));
  return async (pattern) => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    for (;;) {
      const match = pattern.exec(text);
      if (match) return match;
      await once(printed, 'more', { signal });
    }
  };
}

import { execFile, spawnSync } from 'node:child_process';

export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlOptions {
  /** What it reads from standard input (`apply -f -`). */
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Why a test that drives kubectl is skipped here; false where there is one. */
export const NO_KUBECTL: string | false =
  spawnSync('kubectl', ['version', '--client']).status !== 0 && 'there is no kubectl on this machine';

/** Runs the machine's own kubectl against one kubeconfig, with a discovery cache of its own. */
export function runKubectl(
  kubeconfigPath: string,
  cacheFolder: string,
  args: readonly string[],
  { input = '', timeoutMs = 60_000, env = {} }: KubectlOptions = {},
): Promise<KubectlResult> {
  return new Promise((resolve, reject) => {
    const options = {
      timeout: timeoutMs,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, KUBECONFIG: kubeconfigPath, ...env },
    };
    const child = execFile('kubectl', ['--cache-dir', cacheFolder, ...args], options, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(new Error(`kubectl ${args.join(' ')}: ${error.message}`));
      else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

export interface ToolOptions {
  readonly cwd?: string;
  /** Beside the variables of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a program of the machine to its end, and returns what it printed to stdout.
 *
 * @throws Error where it is missing, or ends with anything but 0: with the end of what it complained of
 */
export async function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<string> {
  const env = { ...process.env, LC_ALL: 'C', ...options.env };
  const child = spawn(program, args, { ...options, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      texts[stream] += chunk;
    });
  }
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (code === 0) return texts.stdout;
    throw new Error(
      `${program} ${args.join(' ')} ended with ${code ?? signal}:\n${lastLines(texts.stderr || texts.stdout)}`,
    );
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      throw new Error(`${program} is not installed, and is needed here`, { cause: error });
    }
    throw error;
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-20).join('\n');
}

/** Those of these programs that are not on the machine's path. */
export async function missingTools(programs: readonly string[]): Promise<string[]> {
  const found = await Promise.all(programs.map(isOnPath));
  return programs.filter((_, index) => !found[index]);
}

async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const tries = await Promise.allSettled(folders.map((folder) => access(join(folder, program), constants.X_OK)));
  return tries.some(({ status }) => status === 'fulfilled');
}

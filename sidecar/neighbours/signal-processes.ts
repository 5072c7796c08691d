import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { NotifySignal } from '../config/neighbours.ts';

/** What the kernel keeps of a process's name, in bytes. */
const LONGEST_COMM = 15;

/**
 * Sends a signal to each process of a name that this one sees: those of the Pod, where it shares its process namespace.
 * Rejects with an Error for people where there is none, one may not be signalled, or they cannot be seen.
 */
export function signalProcesses(which: NotifySignal, folder = '/proc'): Promise<void> {
  return new Promise((resolve) => {
    signalAll(which, folder);
    resolve();
  });
}

function signalAll({ signal, process: name }: NotifySignal, folder: string): void {
  const found = pidsOf(name, folder);
  if (found.length === 0) throw new Error(`there is no process ${name} here; does the Pod have shareProcessNamespace?`);
  const refused = found.filter((pid) => !sent(pid, signal));
  if (refused.length === 0) return;
  const why = 'it runs as another user, which takes the capability KILL';
  throw new Error(`process ${name} (${refused.join(', ')}) may not be sent ${signal}: ${why}`);
}

/** False where it is not permitted; one that has ended meanwhile needs none. */
function sent(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'EPERM';
  }
}

function pidsOf(name: string, folder: string): number[] {
  const pids = readdirSync(folder).filter((entry) => /^\d+$/.test(entry));
  const others = pids.map(Number).filter((pid) => pid !== process.pid);
  return others.filter((pid) => {
    const [program = ''] = read(`${folder}/${pid}/cmdline`).split('\0', 1);
    // Some write their state over their first argument, as in `nginx: master process`.
    const [word = ''] = program.split(/[: ]/, 1);
    const comm = read(`${folder}/${pid}/comm`).trim();
    return comm === name.slice(0, LONGEST_COMM) ? comm === name || basename(word) === name : basename(word) === name;
  });
}

/** Empty where the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

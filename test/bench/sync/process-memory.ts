import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a process has in memory, in bytes. */
export interface ProcessMemory {
  readonly rss: number;
  /** The most that it ever had. */
  readonly peakRss: number;
  /** Of its own, which nobody else can hold. */
  readonly anonymous: number;
}

/** Reads it from /proc (proc_pid_status(5)). */
export function memoryOf(pid: number): ProcessMemory {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const bytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
  return { rss: bytes('VmRSS'), peakRss: bytes('VmHWM'), anonymous: bytes('RssAnon') };
}

const TICKS_A_SECOND = 100;

/** How long a process has computed, in seconds (proc_pid_stat(5): utime and stime, in ticks of a hundredth on Linux). */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // the name before may hold blanks
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** What a memory cgroup was charged. */
export interface ChargedMemory {
  /** What the kubelet counts against a limit: usage without the page cache that can be dropped at once, in bytes. */
  workingSet(): number;
  peak(): number;
  /** How often the kernel killed for want of memory. */
  kills(): number;
}

/** A memory cgroup with a limit, which processes are put into as they start. */
export interface MemoryCgroup extends ChargedMemory, Disposable {
  /** What `sh -c` is to do before it becomes the program. */
  readonly enter: string;
}

/** One that was made, or why none can be. Disposing of it removes it, once its processes have ended. */
export interface MaybeCgroup extends Disposable {
  readonly cgroup?: MemoryCgroup;
  readonly why?: string;
}

/** A new one, where this machine allows that. */
export function createMemoryCgroup(limitBytes: number): MaybeCgroup {
  const none = (why: string) => ({ why, [Symbol.dispose]: () => undefined });
  try {
    const cgroup = makeCgroup(`compass-bench-${randomUUID()}`, limitBytes);
    return cgroup
      ? { cgroup, [Symbol.dispose]: () => cgroup[Symbol.dispose]() }
      : none('there are no memory cgroups here');
  } catch (error) {
    return none(`no memory cgroup may be made here: ${error instanceof Error ? error.message : error}`);
  }
}

const MEMORY_HIERARCHY = '/sys/fs/cgroup/memory';
const UNIFIED_HIERARCHY = '/sys/fs/cgroup';

function makeCgroup(name: string, limitBytes: number): MemoryCgroup | undefined {
  if (existsSync(join(MEMORY_HIERARCHY, 'memory.limit_in_bytes'))) return versionOne(name, limitBytes);
  return existsSync(join(UNIFIED_HIERARCHY, 'cgroup.controllers')) ? versionTwo(name, limitBytes) : undefined;
}

function versionOne(name: string, limitBytes: number): MemoryCgroup {
  const folder = join(MEMORY_HIERARCHY, name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'memory.limit_in_bytes'), String(limitBytes));
  return {
    enter: `echo $$ > ${folder}/cgroup.procs`,
    ...chargedToVersionOne(folder),
    [Symbol.dispose]: () => rmdirSync(folder),
  };
}

function versionTwo(name: string, limitBytes: number): MemoryCgroup {
  const folder = join(UNIFIED_HIERARCHY, name);
  mkdirSync(folder);
  try {
    writeFileSync(join(folder, 'memory.max'), String(limitBytes));
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return {
    enter: `echo $$ > ${folder}/cgroup.procs`,
    ...chargedToVersionTwo(folder),
    [Symbol.dispose]: () => rmdirSync(folder),
  };
}

function chargedToVersionOne(folder: string): ChargedMemory {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return {
    workingSet: () => Number(read('memory.usage_in_bytes')) - field(read('memory.stat'), 'total_inactive_file'),
    peak: () => Number(read('memory.max_usage_in_bytes')),
    kills: () => field(read('memory.oom_control'), 'oom_kill'),
  };
}

function chargedToVersionTwo(folder: string): ChargedMemory {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  return {
    workingSet: () => Number(read('memory.current')) - field(read('memory.stat'), 'inactive_file'),
    peak: () => Number(read('memory.peak')),
    kills: () => field(read('memory.events'), 'oom_kill'),
  };
}

/** What the cgroup was charged that somebody else has put a process into (cgroups(7): /proc/PID/cgroup). */
export function chargedWith(pid: number): ChargedMemory {
  const places = readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  const ofVersionOne = /^\d+:(?:\w+,)*memory(?:,\w+)*:(.+)$/m.exec(places)?.[1];
  if (ofVersionOne !== undefined) return chargedToVersionOne(join(MEMORY_HIERARCHY, ofVersionOne));
  const [, path = ''] = /^0::(.+)$/m.exec(places) ?? [];
  return chargedToVersionTwo(join(UNIFIED_HIERARCHY, path));
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

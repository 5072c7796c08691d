/** Whether there is a process of this id: signal 0 is sent to nobody (kill(2)). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

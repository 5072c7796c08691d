import { url } from 'node:inspector';
import process from 'node:process';

/** How Node runs this process, as far as it could give secrets away or weaken TLS. */
export interface RunningNode {
  /** Node's own options on the command line, before the program. */
  readonly execArgv: readonly string[];
  /** What follows the program on the command line. */
  readonly args: readonly string[];
  /** Where a debugger can connect now; undefined where none can. */
  readonly inspectorUrl: () => string | undefined;
  /** Whether Node would write a diagnostic report, however it was told to. */
  readonly writesReports: () => boolean;
}

export const THIS_NODE: RunningNode = {
  execArgv: process.execArgv,
  args: process.argv.slice(2),
  inspectorUrl: url,
  writesReports: () => {
    const { reportOnFatalError, reportOnSignal, reportOnUncaughtException } = process.report;
    return reportOnFatalError || reportOnSignal || reportOnUncaughtException;
  },
};

import process from 'node:process';
import { systemClock } from '#common/clock.ts';
import { runCommandLine } from './cli.ts';
import type { Sink } from './command.ts';

function sink(stream: NodeJS.WriteStream): Sink {
  // A reader that went away (`| head`) has read enough: that is no failure.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1;
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    stream,
    isTerminal: stream.isTTY === true,
    // Some terminals do not know their width, and say 0.
    columns: (stream.isTTY && stream.columns) || undefined,
  };
}

process.exitCode = await runCommandLine(process.argv.slice(2), {
  env: process.env,
  platform: process.platform,
  stdout: sink(process.stdout),
  stderr: sink(process.stderr),
  clock: systemClock,
});

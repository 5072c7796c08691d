import { paint, wantsColour } from '../../plugin/output/colour.ts';
import { symbolsFor } from '../../plugin/output/symbols.ts';
import { readCommandLine, USAGE } from './command-line.ts';
import { Narrator } from './narrator.ts';
import { perform } from './perform.ts';

/** What a shell says of a program that SIGINT ended. */
const INTERRUPTED = 130;

const { stdout, stderr, env, platform } = process;
const isTerminal = stdout.isTTY === true;
const narrator = new Narrator({
  write: (text) => stdout.write(text),
  columns: isTerminal ? stdout.columns : undefined,
  paint: paint(wantsColour('auto', env, isTerminal)),
  symbols: symbolsFor(false, env, platform),
});

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stop.signal.aborted) narrator.chapter('Stopping');
    stop.abort();
  });
}

// A terminal that was closed, or a pipe that nobody reads any more: what was started is stopped all the same.
for (const stream of [stdout, stderr]) stream.on('error', () => stop.abort());

/** The text of an error; of a failure while cleaning up after another, both. */
function textOf(error: unknown): string {
  if (error instanceof SuppressedError) return `${textOf(error.suppressed)}\n${textOf(error.error)}`;
  return error instanceof Error ? error.message : String(error);
}

async function run(): Promise<number> {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.help) {
    stdout.write(USAGE);
    return 0;
  }
  try {
    await perform(commandLine, narrator, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || error instanceof SuppressedError) throw error;
  }
  return stop.signal.aborted && commandLine.once ? INTERRUPTED : 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  stderr.write(`\ndemo: ${textOf(error)}\n`);
  process.exitCode = 1;
}

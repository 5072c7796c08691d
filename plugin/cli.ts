import { askedFormat } from './asked-format.ts';
import type { Command, Connected, Invocation, Sink, Style, Surroundings } from './command.ts';
import { COMMANDS } from './commands.ts';
import { exitCodeOf, failureDocument, formatFailure } from './failure.ts';
import { formatCommandHelp, formatOverview } from './help.ts';
import { clusterFlags, sidecarNamespace } from './kubeconfig/flags.ts';
import { canRepaint } from './output/can-repaint.ts';
import { COLOUR_CHOICES, type Paint, paint, wantsColour } from './output/colour.ts';
import { barePathHint, isMachineReadable, readOutput } from './output/format.ts';
import { printDocument, printResult } from './output/print.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { type Symbols, symbolsFor } from './output/symbols.ts';
import { readable } from './output/text.ts';
import { flagsOf, meantCommand, type Parsed, parseCommandLine } from './parse.ts';
import { orInterrupted } from './wait/interruption.ts';

/** Runs one command line and gives its exit code. Results go to stdout, everything else to stderr. */
export async function runCommandLine(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const [first = '', ...words] = argv;
  if (first === '__complete' || first === '__completeNoDesc') {
    return (await import('./completion/complete.ts')).complete(words, surroundings, first === '__complete');
  }
  let parsed: Parsed | undefined;
  try {
    parsed = await parseCommandLine(argv, COMMANDS);
    return await runParsed(parsed, surroundings);
  } catch (error) {
    await reportFailure(error, argv, parsed, surroundings);
    return exitCodeOf(error, parsed?.command);
  }
}

async function runParsed(parsed: Parsed, surroundings: Surroundings): Promise<number> {
  const { entry, command, word, flags } = parsed;
  const style = styleOf(parsed, surroundings);
  if (!entry || !command) {
    const offered = word === undefined ? COMMANDS : COMMANDS.filter(({ name }) => name.startsWith(`${word} `));
    surroundings.stdout.write(readable(formatOverview(offered, style, word), style.symbols));
    return 0;
  }
  if (flags.isOn('help')) {
    surroundings.stdout.write(readable(formatCommandHelp(entry, command, flagsOf(command), style), style.symbols));
    return 0;
  }
  const door = doorTo(parsed, surroundings);
  const ofStderr = { ...style, paint: paintFor(flags, surroundings, surroundings.stderr) };
  const progress = createProgress(surroundings.stderr, ofStderr, {
    isQuiet: flags.isOn('quiet'),
    isInPlace: canRepaint(surroundings.stderr, surroundings.env),
  });
  try {
    const call = { ...(await invocation(parsed, command, surroundings, style, progress)), connect: door.connect };
    return await orInterrupted(command.run(call), surroundings);
  } finally {
    // What was under way is not any more: an error would stand behind it, in the same line.
    progress.clear();
    door.close();
  }
}

async function invocation(
  { flags, names }: Parsed,
  command: Command,
  surroundings: Surroundings,
  style: Style,
  progress: Progress,
): Promise<Omit<Invocation, 'connect'>> {
  const { stdout, stderr } = surroundings;
  const isQuiet = flags.isOn('quiet');
  const output = await readOutput(flags.text('output'), command.formats);
  return {
    ...surroundings,
    names,
    flags,
    output,
    style,
    progress,
    print: (result) => {
      progress.clear();
      const doubt = barePathHint(output);
      if (doubt && !isQuiet) stderr.write(`${readable(doubt, style.symbols)}\n`);
      return printResult(result, output, stdout);
    },
    hint: (text) => {
      progress.clear();
      if (!isQuiet) stderr.write(`${readable(text, style.symbols)}\n`);
    },
  };
}

/** The way to the cluster: its code is loaded when a command wants it, its connections are closed when that is done. */
function doorTo({ flags }: Parsed, { env, clock, stdin, stderr }: Surroundings) {
  const opened: Connected[] = [];
  return {
    connect: async (): Promise<Connected> => {
      const door = await import('./kubeconfig/connect.ts');
      const connected = await door.connect({ flags, env, clock, stdin, stderr });
      opened.push(connected);
      return connected;
    },
    close: () => {
      for (const { cluster } of opened) cluster.close();
    },
  };
}

function styleOf({ flags }: Parsed, surroundings: Surroundings): Style {
  const { env, platform, stdout } = surroundings;
  return {
    paint: paintFor(flags, surroundings, stdout),
    symbols: symbolsFor(flags.isOn('ascii'), env, platform),
  };
}

/** One of the two streams may be a terminal, and the other a file. */
function paintFor(flags: Parsed['flags'], { env }: Surroundings, { isTerminal }: Sink): Paint {
  const choice = COLOUR_CHOICES.find((candidate) => candidate === flags.text('color')) ?? 'auto';
  return paint(wantsColour(choice, env, isTerminal));
}

/** Tells people on stderr; and programs, which asked for a format that they can read, on stdout, too. */
async function reportFailure(
  thrown: unknown,
  argv: readonly string[],
  parsed: Parsed | undefined,
  { stdout, stderr, clock, env, platform }: Surroundings,
): Promise<void> {
  const { withCanI } = await import('./connection/right.ts');
  const error = withCanI(thrown);
  const place = {
    command: parsed ? parsed.entry?.name : meantCommand(argv, COMMANDS),
    failureExit: parsed?.command?.failureExit,
    ...(parsed && {
      clusterFlags: clusterFlags(parsed.flags),
      namespace: sidecarNamespace(parsed.flags, env),
      namedNamespace: parsed.flags.text('namespace'),
    }),
  };
  const symbols: Symbols = symbolsFor(parsed ? parsed.flags.isOn('ascii') : argv.includes('--ascii'), env, platform);
  stderr.write(readable(formatFailure(error, place), symbols));
  const format = await askedFormat(argv, parsed, COMMANDS);
  if (!isMachineReadable(format)) return;
  await printDocument(
    failureDocument(error, parsed?.command?.documentKind ?? 'Failure', clock.now(), place),
    format,
    stdout,
  );
}

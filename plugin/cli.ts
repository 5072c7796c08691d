import type { Command, Connected, Invocation, Style, Surroundings } from './command.ts';
import { COMMANDS } from './commands.ts';
import { exitCodeOf, failureDocument, formatFailure } from './failure.ts';
import { formatCommandHelp, formatOverview } from './help.ts';
import { clusterFlags, sidecarNamespace } from './kubeconfig/flags.ts';
import { canRepaint } from './output/can-repaint.ts';
import { COLOUR_CHOICES, paint, wantsColour } from './output/colour.ts';
import { barePathHint, isMachineReadable, type OutputFormat, readOutput } from './output/format.ts';
import { printDocument, printResult } from './output/print.ts';
import { createProgress, type Progress } from './output/progress.ts';
import { symbolsFor } from './output/symbols.ts';
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
    surroundings.stdout.write(formatOverview(offered, style, word));
    return 0;
  }
  if (flags.isOn('help')) {
    surroundings.stdout.write(formatCommandHelp(entry, command, flagsOf(command), style));
    return 0;
  }
  const door = doorTo(parsed, surroundings);
  const progress = createProgress(surroundings.stderr, style, {
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
      if (doubt && !isQuiet) stderr.write(`${doubt}\n`);
      return printResult(result, output, stdout);
    },
    hint: (text) => {
      progress.clear();
      if (!isQuiet) stderr.write(`${text}\n`);
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

function styleOf({ flags }: Parsed, { env, platform, stdout }: Surroundings): Style {
  const choice = COLOUR_CHOICES.find((candidate) => candidate === flags.text('color')) ?? 'auto';
  return {
    paint: paint(wantsColour(choice, env, stdout.isTerminal)),
    symbols: symbolsFor(flags.isOn('ascii'), env, platform),
  };
}

/** Tells people on stderr; and programs, which asked for a format that they can read, on stdout, too. */
async function reportFailure(
  thrown: unknown,
  argv: readonly string[],
  parsed: Parsed | undefined,
  { stdout, stderr, clock, env }: Surroundings,
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
  stderr.write(formatFailure(error, place));
  const format = askedFormat(argv);
  if (!isMachineReadable(format)) return;
  await printDocument(
    failureDocument(error, parsed?.command?.documentKind ?? 'Failure', clock.now(), place),
    format,
    stdout,
  );
}

/** The format among the arguments, also of a command line that could not be read as a whole. */
function askedFormat(argv: readonly string[]): OutputFormat {
  const found = /(?:^| )(?:-o ?=?|--output[= ])(json|yaml)(?= |$)/.exec(argv.join(' '))?.[1];
  return found === 'json' || found === 'yaml' ? found : 'default';
}

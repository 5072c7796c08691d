import type { Readable } from 'node:stream';
import type { Clock } from '#common/clock.ts';
import type { Cluster } from '#common/cluster/cluster.ts';
import type { Flag, ParsedFlags } from './flags.ts';
import type { Paint } from './output/colour.ts';
import type { Output, OutputFormat } from './output/format.ts';
import type { Result } from './output/print.ts';
import type { Progress } from './output/progress.ts';
import type { Symbols } from './output/symbols.ts';

/** A stream that takes text, and what is known about who reads it. */
export interface Sink {
  write(text: string): void;
  /** For programs that write to it themselves: a credential plugin that asks for a login. */
  readonly stream: NodeJS.WritableStream;
  readonly isTerminal: boolean;
  /** In columns; undefined where nothing may be cut. */
  readonly columns: number | undefined;
}

/** A stream that text is read from. */
export interface Source {
  readonly stream: Readable;
  readonly isTerminal: boolean;
}

/** What the program is run in: handed in, so that nothing but main.ts knows the process. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
  /** The path of this program, as it was called. */
  readonly program?: string;
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly clock: Clock;
  /** Aborted at Ctrl-C and SIGTERM: whoever waits stops waiting. */
  readonly interrupted: AbortSignal;
}

/** How the result is to look. */
export interface Style {
  readonly paint: Paint;
  readonly symbols: Symbols;
}

/** One call of a command, checked. */
export interface Invocation extends Surroundings {
  /** The arguments that are no flags, in their order. */
  readonly names: readonly string[];
  readonly flags: ParsedFlags;
  readonly output: Output;
  readonly style: Style;
  /** What long work shows on stderr; nothing with --quiet. */
  readonly progress: Progress;
  /** Prints the result on stdout, as `-o` asks. */
  print(result: Result): Promise<void>;
  /** A hint for people, on stderr; nothing with --quiet. */
  hint(text: string): void;
  /** The cluster that kubeconfig and flags name; loads the code for it on first use. */
  connect(): Promise<Connected>;
}

/** A cluster, and how people call it. */
export interface Connected {
  readonly cluster: Cluster;
  /** The context of the kubeconfig, where one was used. */
  readonly context: string | undefined;
  /** The namespace of that context, or of the Pod that this runs in: for what is no part of the sidecar. */
  readonly namespace: string | undefined;
}

/** A command: what it takes, and the call that does it. Loaded when it is called or its help is asked for. */
export interface Command {
  /** A paragraph for its help, beyond the summary. */
  readonly details: string;
  readonly flags: readonly Flag[];
  /** What `-o` takes, `default` among them. */
  readonly formats: readonly OutputFormat[];
  /** Every exit code that it can give, beside 2; with what it means here where the one table says too little. */
  readonly exits: Readonly<Record<number, string | undefined>>;
  /** In place of 1 for failures: for a command whose 1 is an answer that scripts act on. */
  readonly failureExit?: number;
  /** The `kind` of the document that `-o json` and `-o yaml` print, also of a failure. */
  readonly documentKind: string;
  readonly examples: readonly { readonly command: string; readonly does: string }[];
  /** Resolves to the exit code; throws CompassError. */
  run(invocation: Invocation): Promise<number>;
}

/** A command in the list: enough for the help, without loading it. */
export interface CommandEntry {
  /** One word, or two of which the first is a group's: `status`, `cert show`. */
  readonly name: string;
  /** Other names that it answers to, in as many words. */
  readonly aliases?: readonly string[];
  /** As in the usage line: `TYPE [NAME]`, `[NAMES...]`; those in brackets may be left out. */
  readonly arguments: string;
  readonly summary: string;
  readonly group: 'See' | 'Install' | 'Connect' | 'Certificates' | 'Act' | 'Meta';
  readonly load: () => Promise<Command>;
}

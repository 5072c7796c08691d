import { EXIT_CODES } from '../../plugin/exit-codes.ts';
import { allEntries } from '../../plugin/explain/entries.ts';
import { code, madeFrom, page, table, text } from './markdown.ts';

const INTRODUCTION = `One table for the whole tool, the sidecar included: an exit code means the same for every command and in every format,
and kubectl passes it through. Which ones a command can give is on [its page](commands/README.md).`;

const REASONS_INTRODUCTION = `Every error and every problem in the status has a code of its own, which decides the exit code.
\`kubectl compass explain CMP0402\` says what it means, what brings it about, what happens by itself and what to do.`;

/** Every exit code, and every reason with the one that it gives. */
export function exitCodesPage(): string {
  const exits = Object.entries(EXIT_CODES).map(([number, meaning]) => [number, text(meaning)]);
  const reasons = allEntries().flatMap(({ code: number, name, exitCode, meaning }) =>
    number === undefined ? [] : [[code(number), code(name), String(exitCode), text(meaning)]],
  );
  return page(
    madeFrom('the code'),
    '# Exit codes',
    INTRODUCTION,
    table(['exit code', 'means'], exits),
    '## Codes of errors and problems',
    REASONS_INTRODUCTION,
    table(['code', 'reason', 'exit code', 'means'], reasons),
  );
}

import type { Command, Invocation } from '../command.ts';
import { EXPLANATION_DOCUMENT_KIND, explanationDocument } from '../explain/document.ts';
import { allEntries } from '../explain/entries.ts';
import { findEntries } from '../explain/find.ts';
import { formatExplanation, formatList } from '../explain/view.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass explain CMP0402`: what a code means, and what to do about it. Works without any cluster. */
export const explain: Command = {
  details: `Takes a code as every error and status shows it, the reason of a condition, one of the seven states of a
CompassConnection, or the type of a condition; in any case. Says what it means, what brings it about, what happens by
itself and what to do. Without an argument it lists them all. Needs no cluster.`,
  exits: { 0: 'explained', 3: 'there is no such code, reason, state or condition' },
  flags: [],
  formats: ['default', 'name', ...DOCUMENT_FORMATS],
  documentKind: EXPLANATION_DOCUMENT_KIND,
  examples: [
    { command: 'kubectl compass explain CMP0402', does: 'What a code means' },
    { command: 'kubectl compass explain ConnectionFailed', does: 'What a state means' },
    { command: 'kubectl compass explain', does: 'The list of everything that can be explained' },
  ],
  run: runExplain,
};

async function runExplain(invocation: Invocation): Promise<number> {
  const { names, style, stdout, clock } = invocation;
  const [word] = names;
  const entries = word === undefined ? allEntries() : findEntries(word);
  await invocation.print({
    document: () => explanationDocument(entries, clock.now()),
    names: entries.map(({ name }) => name),
    text: () =>
      word === undefined
        ? formatList(entries, style, stdout.columns)
        : entries.map((entry) => formatExplanation(entry, style)).join('\n'),
  });
  return 0;
}

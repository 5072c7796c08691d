import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMAND_FOLDER, generatedPages } from '../../.scripts/docs.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { splitWords } from '../../plugin/output/shell-words.ts';
import { parseCommandLine } from '../../plugin/parse.ts';
import { readFromRoot, readTrackedFiles } from './tracked-files.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const pages = await generatedPages();

describe('the pages that are made from the code', () => {
  for (const [path, text] of pages) {
    test(`${path} is as the code has it; else run: npm run docs`, async () => {
      assert.equal(await readFromRoot(path), text);
    });
  }

  test('are all that is there', () => {
    const files = globSync(`${COMMAND_FOLDER}/*`, { cwd: ROOT });
    assert.deepEqual(files.toSorted(), [...pages.keys()].filter((path) => path.startsWith(COMMAND_FOLDER)).toSorted());
  });
});

/** What ends a command within a line. */
const OPERATORS = ['|', '>', '>>', '<', '&&', '||', ';', '#'];

/** The words behind `kubectl compass` in a line of a shell, up to a pipe or a redirection; undefined where there are none. */
function wordsOf(line: string): readonly string[] | undefined {
  const begin = line.search(/\bkubectl compass\b/);
  if (begin < 0) return undefined;
  const words = splitWords(line.slice(begin).replaceAll(/;(?=\s|$)/g, ' ;')).slice(2);
  const end = words.findIndex((word) => OPERATORS.includes(word));
  return (end < 0 ? words : words.slice(0, end))
    .filter((word) => !/^\[.*\]$/.test(word))
    .map((word) => word.replace(/^(['"])(.*)\1$/s, '$2'));
}

interface Quoted {
  readonly where: string;
  readonly words: readonly string[];
}

/** Commands as they stand in the blocks of a document, and in its sentences, where their arguments may be left out. */
function commandsIn(path: string, text: string): Quoted[] {
  const blocks = [...text.matchAll(/```(?:sh|shell|console)\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const lines = blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, ' ').split('\n'));
  const sentences = text.replaceAll(/```[\s\S]*?```/g, '');
  const mentions = [...sentences.matchAll(/`([^`]+)`/g)].map(([, mention = '']) => mention.replaceAll(/\s+/g, ' '));
  const quote = (line: string, more: readonly string[]) => {
    const words = line.startsWith('#') ? undefined : wordsOf(line);
    // `kubectl compass COMMAND --help` is about all of them.
    const isMeant = words !== undefined && words.length > 0 && words[0] !== 'COMMAND';
    return isMeant ? [{ where: `${path}: ${line}`, words: [...words, ...more] }] : [];
  };
  return [...lines.flatMap((line) => quote(line.trim(), [])), ...mentions.flatMap((line) => quote(line, ['--help']))];
}

async function refusal({ words }: Quoted): Promise<string | undefined> {
  try {
    await parseCommandLine(words, COMMANDS);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const files = await readTrackedFiles();
const skip = files === undefined ? 'this copy has no git, which knows the files' : false;

test('every command of ours that a document names exists, with its flags', { skip }, async () => {
  const documents = files?.filter(({ path }) => path.endsWith('.md')) ?? [];
  const commands = documents.flatMap(({ path, text }) => commandsIn(path, text));
  assert.ok(commands.length > 100, `${commands.length} commands were found`);
  const refused: string[] = [];
  for (const command of commands) {
    const message = await refusal(command);
    if (message !== undefined) refused.push(`${command.where}: ${message}`);
  }
  assert.deepEqual(refused, []);
});

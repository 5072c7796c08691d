import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REASONS } from '#common/errors.ts';
import { CONNECTION_STATES } from '#common/resources/compass-connection.ts';
import { SETTINGS, WITHOUT_EFFECT } from '#common/settings.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { EXIT_CODES } from '../../plugin/exit-codes.ts';
import { readConfig } from '../../sidecar/config.ts';
import { readFromRoot } from './tracked-files.ts';

const readme = await readFromRoot('README.md');
const settings = await readFromRoot('docs/settings.md');
const operations = await readFromRoot('docs/operations.md');

/** The first cells of the table under a header. */
function firstCells(document: string, header: string): string[] {
  const [, after = ''] = document.split(`\n| ${header} |`);
  const rows = after.split('\n\n')[0]?.split('\n').slice(2) ?? [];
  return rows.map((row) => row.split('|')[1]?.trim() ?? '');
}

function inBackticks(cells: readonly string[]): string[] {
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text));
}

/** The names that readConfig asks an environment for. */
function settingsRead(): string[] {
  const asked = new Set<string>();
  const env = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get(_target, name) {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  readConfig(env);
  return [...asked].filter((name) => name.startsWith('APP_')).toSorted();
}

test("the README's commands are those of the help, in its order and words", () => {
  const rows = COMMANDS.map(({ name, arguments: words, summary }) => {
    const usage = ['kubectl compass', name, words].filter((part) => part !== '').join(' ');
    return `| \`${usage}\` | ${summary} |`;
  });
  assert.ok(readme.includes(`| command | tells |\n|---|---|\n${rows.join('\n')}\n\n`), rows.join('\n'));
});

test('the settings of the documents are those that the sidecar reads, and those that it accepts without effect', () => {
  const cells = inBackticks(firstCells(settings, 'setting | default | says'));
  assert.deepEqual(cells.toSorted(), SETTINGS.toSorted());
  assert.deepEqual([...settingsRead(), ...WITHOUT_EFFECT].toSorted(), SETTINGS.toSorted());
});

test('the states of the documents are those of a CompassConnection', () => {
  const cells = inBackticks(firstCells(operations, 'state | means | what to do'));
  assert.deepEqual(cells.toSorted(), CONNECTION_STATES.toSorted());
});

test('no reason has an exit code that the one table lacks', () => {
  for (const [reason, { exit }] of Object.entries(REASONS)) assert.ok(exit in EXIT_CODES, reason);
});

test('every reason that the documents explain exists', () => {
  const cells = inBackticks(firstCells(operations, 'reason | what it is'));
  assert.ok(cells.length > 0);
  for (const cell of cells) assert.ok(cell in REASONS, cell);
});

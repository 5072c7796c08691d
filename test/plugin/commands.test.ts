import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COMMANDS } from '../../plugin/commands.ts';
import { EXIT_CODES } from '../../plugin/exit-codes.ts';
import { flagsOf, parseCommandLine } from '../../plugin/parse.ts';
import { runHere } from './run-plugin.ts';
import { compassArguments } from './shell-words.ts';

describe('every command', () => {
  for (const entry of COMMANDS) {
    const { name, aliases = [], load } = entry;

    test(`${name}: its help fits 80 columns and says how it is called`, async () => {
      const { code, stdout } = await runHere([...name.split(' '), '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^ {2}kubectl compass ${name}.*\\[flags\\]$`, 'm'));
      for (const row of stdout.split('\n')) assert.ok(row.length <= 80, row);
      for (const alias of aliases) {
        assert.deepEqual(await runHere(['help', ...alias.split(' ')]), await runHere(['help', ...name.split(' ')]));
      }
    });

    test(`${name}: two of its examples or more, and all of them parse as it`, async () => {
      const { examples } = await load();
      assert.ok(examples.length >= 2);
      for (const { command, does } of examples) {
        const { entry: meant, flags } = await parseCommandLine(compassArguments(command), COMMANDS);
        assert.equal(meant?.name, name, command);
        assert.equal(flags.isOn('help'), false, command);
        assert.match(does, /^[A-Z`].*[^.]$/, command);
      }
    });

    test(`${name}: no flag twice, by its name or its letter`, async () => {
      const flags = flagsOf(await load());
      const names = flags.map((flag) => flag.name);
      // -v is kubectl's, and has no longer name.
      const shorts = flags.flatMap(({ short }) => (short ? [short] : []));
      assert.deepEqual(names, [...new Set(names)]);
      assert.deepEqual(shorts, [...new Set(shorts)]);
      for (const flag of flags) assert.ok(flag.kind === 'switch' || flag.value, `--${flag.name} names its value`);
    });

    test(`${name}: its exit codes are in the one table`, async () => {
      const { exits } = await load();
      assert.ok('0' in exits);
      for (const code of Object.keys(exits)) assert.ok(code in EXIT_CODES, code);
      assert.equal(143 in exits, 130 in exits, 'what Ctrl-C ends, SIGTERM ends');
    });
  }

  for (const name of ['cert issue', 'completion install', 'token request']) {
    test(`${name}: --dry-run promises no API server, which it does not ask`, async () => {
      const { stdout } = await runHere([...name.split(' '), '--help']);
      assert.match(stdout, /--dry-run /);
      assert.doesNotMatch(stdout, /API server/);
    });
  }

  test('has a name of its own, with its aliases', () => {
    const names = COMMANDS.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    assert.deepEqual(names, [...new Set(names)]);
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { REASONS } from '#common/errors.ts';
import { conform } from '#common/resources/conform.ts';
import { COMMANDS } from '../../../plugin/commands.ts';
import { allEntries } from '../../../plugin/explain/entries.ts';
import { formatList } from '../../../plugin/explain/view.ts';
import { paint } from '../../../plugin/output/colour.ts';
import { symbolsFor } from '../../../plugin/output/symbols.ts';
import { parseCommandLine } from '../../../plugin/parse.ts';
import { EXPLANATION_SCHEMA } from '../../../plugin/schemas/explanation.ts';
import { assertExit } from '../assert-exit.ts';
import { runHere, runPlugin } from '../run-plugin.ts';
import { compassArguments } from '../shell-words.ts';

/** In 80 columns, but for commands: those are to be copied, and stay whole. */
function assertFits(text: string): void {
  for (const row of text.split('\n')) assert.ok(row.length <= 80 || row.startsWith('  kubectl '), row);
}

describe('explain', () => {
  test('has a text for every reason, each with its number', () => {
    const explained = allEntries().filter(({ subject }) => subject === 'reason');
    const expected = Object.entries(REASONS).map(([name, { code }]) => `${code} ${name}`);
    assert.deepEqual(explained.map(({ name, code }) => `${code} ${name}`).toSorted(), expected.toSorted());
  });

  test('has a text for what a plan says beside the reasons', async () => {
    const { code, stdout } = await runHere(['explain', 'unconfirmed']);
    assert.equal(code, 0);
    assert.match(stdout, /^Unconfirmed {2}\(in a plan\)\n {2}Compass does not list it any more/);
    assert.match((await runHere(['explain'])).stdout, /^In a plan\n {2}Unconfirmed /m);
  });

  test('suggests commands that exist and parse', async () => {
    for (const { name, commands } of allEntries()) {
      assert.ok(commands.length > 0, name);
      for (const { command } of commands) {
        assert.match(command, /^kubectl /, name);
        if (!command.startsWith('kubectl compass ')) continue;
        const parsed = await parseCommandLine(compassArguments(command), COMMANDS);
        assert.ok(parsed.entry ?? parsed.flags.isOn('help'), `${name}: ${command}`);
      }
    }
  });

  test('asks for a token with all that has no default', () => {
    const all = allEntries().flatMap(({ commands }) => commands.map(({ command }) => command));
    const requests = all.filter((command) => command.includes(' token request '));
    assert.ok(requests.length > 0);
    for (const command of requests) assert.match(command, / --director-url /);
  });

  test('corrects one field of the configuration without base64', () => {
    for (const [reason, key] of [
      ['TenantMismatch', 'TENANT'],
      ['RuntimeNotFound', 'RUNTIME_ID'],
    ] as const) {
      const commands = allEntries().flatMap((entry) => (entry.name === reason ? entry.commands : []));
      const patch = `patch secret compass-agent-configuration -p '{"stringData":{"${key}":"YOUR-${key}"}}'`;
      assert.ok(
        commands.some(({ command }) => command.endsWith(patch)),
        reason,
      );
      assert.ok(REASONS[reason].next.endsWith(patch), reason);
    }
  });

  test('promises nothing of a setting that is without effect', () => {
    assert.doesNotMatch(JSON.stringify(allEntries()), /APP_ALLOW_CLOCK_SKEW|APP_DIRECTOR_PROXY_PORT/);
  });

  test('has texts that fit, whole sentences, causes that are none', () => {
    for (const { name, meaning, byItself, causes } of allEntries()) {
      assert.match(meaning, /^[A-Z].*\.$/, name);
      assert.match(byItself, /^[A-Z].*\.$/, name);
      for (const cause of causes) assert.doesNotMatch(cause, /\.$/, name);
    }
  });

  for (const word of ['CMP0402', 'cmp0402', '402', 'DeletionsHeld', 'deletionsheld', 'deletions-held']) {
    test(`takes ${word}`, async () => {
      const { code, stdout, stderr } = await runHere(['explain', word]);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, /^CMP0402 {2}DeletionsHeld\n {2}More Applications vanished/);
      assertFits(stdout);
    });
  }

  test('takes each state, and a condition', async () => {
    for (const word of ['ConnectionFailed', 'synchronized', 'Connected', 'ready', 'ReconnectPending']) {
      const { code, stdout } = await runHere(['explain', word]);
      assert.equal(code, 0, word);
      assert.match(stdout, /\((?:connection state|condition)\)$/m, word);
    }
  });

  test('refuses what it does not know with 3, and names what was probably meant', async () => {
    const { code, stdout, stderr } = await runHere(['explain', 'DeletionHeld']);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /^error: there is no code, .* "DeletionHeld"; did you mean DeletionsHeld\?$/m);
    assert.match(stderr, /^ {2}CMP0010 NotExplained; next: kubectl compass explain$/m);
    const failed = await runPlugin(['explain', 'CMP9999', '-o', 'json']);
    assertExit(failed, 'explain', 3);
    assert.equal(JSON.parse(failed.stdout).verdict.exitCode, 3);
  });

  test('without an argument lists all, each on a line', async () => {
    const { code, stdout } = await runHere(['explain']);
    assert.equal(code, 0);
    for (const { name, meaning } of allEntries()) {
      const line = stdout.split('\n').find((row) => new RegExp(`^ {2}(?:CMP\\d{4} {2})?${name} `).test(row));
      assert.ok(line?.endsWith(meaning), name);
    }
  });

  test('cuts the lines of the list on a terminal, and nowhere else', () => {
    const style = { paint: paint(false), symbols: symbolsFor(false, { LANG: 'C.UTF-8' }, 'linux') };
    const onTerminal = formatList(allEntries(), style, 80);
    assertFits(onTerminal);
    assert.match(onTerminal, /…$/m);
    assert.doesNotMatch(formatList(allEntries(), style, undefined), /…/);
  });

  test('prints documents that conform to their schema, whole', async () => {
    for (const args of [['explain', 'CMP0601'], ['explain']]) {
      const { stdout } = await runHere([...args, '-o', 'json']);
      const document = JSON.parse(stdout);
      assert.deepEqual(conform(EXPLANATION_SCHEMA, document), document);
    }
    const { stdout } = await runHere(['explain', 'CMP0601', '-o', 'jsonpath={.explanations[*].exitCode}']);
    assert.equal(stdout.trim(), '6');
  });

  test('gives every suggestion as arguments, too', async () => {
    const { stdout } = await runHere(['explain', '-o', 'json']);
    for (const { name, remediation } of JSON.parse(stdout).explanations) {
      for (const { command } of remediation) assert.equal(command?.[0], 'kubectl', name);
    }
  });

  test('prints ASCII where that is all there is', async () => {
    const { stdout } = await runHere(['explain', '--ascii', 'CMP0402']);
    assert.match(stdout, /^[\n -~]*$/);
  });
});

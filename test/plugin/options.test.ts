import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { COMMANDS } from '../../plugin/commands.ts';
import { parseCommandLine } from '../../plugin/parse.ts';
import { NO_KUBECTL } from '../cluster/kubectl.ts';
import { runHere } from './run-plugin.ts';

/** The names of the options that a text of this form lists: `    -n, --namespace='':`. */
function listed(text: string): Map<string, string | undefined> {
  const found = text.matchAll(/^ {4}(?:-(\w), )?--([\w-]+)=(.*):$/gm);
  return new Map([...found].map(([, short, name = '']) => [name, short]));
}

const KUBECTL = NO_KUBECTL ? '' : execFileSync('kubectl', ['options'], { encoding: 'utf8' });

test("options lists every option of kubectl's, with its letter", { skip: NO_KUBECTL }, async () => {
  const { code, stdout } = await runHere(['options']);
  assert.equal(code, 0);
  const ours = listed(stdout);
  for (const [name, short] of listed(KUBECTL)) {
    assert.ok(ours.has(name), `--${name}`);
    assert.equal(ours.get(name), short, `--${name}`);
  }
});

/** An option of kubectl's as it may be given: a switch alone, anything else with a value. */
const GIVEN = [...KUBECTL.matchAll(/^ {4}(?:-\w, )?--([\w-]+)=(.*):$/gm)].map(([, name = '', value = '']) => ({
  name,
  isSwitch: value === 'true' || value === 'false',
}));

test("every option of kubectl's is accepted, before and after the command", { skip: NO_KUBECTL }, async () => {
  assert.ok(GIVEN.length > 20);
  for (const { name, isSwitch } of GIVEN) {
    const given = isSwitch ? [`--${name}`] : [`--${name}`, '3'];
    for (const line of [
      [...given, 'status'],
      ['status', ...given],
    ]) {
      const { entry, names, flags } = await parseCommandLine(line, COMMANDS);
      assert.equal(entry?.name, 'status', line.join(' '));
      assert.deepEqual(names, []);
      assert.equal(isSwitch ? flags.isOn(name) : flags.text(name), isSwitch ? true : '3', name);
    }
  }
});

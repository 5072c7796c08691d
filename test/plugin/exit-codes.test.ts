import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { COMMANDS } from '../../plugin/commands.ts';
import { exitsWalked } from '../journeys/walk/exits-walked.ts';
import { assertedExitCodes } from './asserted-exit-codes.ts';

/** The exit codes that no walk brings about, each with the file whose tests assert it of this very command; below test/. */
const ELSEWHERE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  diff: { 1: 'plugin/diff/asked.test.ts' },
  logs: { 0: 'plugin/logs/logs.test.ts', 130: 'plugin/logs/logs.test.ts', 143: 'plugin/logs/logs.test.ts' },
  install: {
    7: 'plugin/install/definitions.test.ts',
    124: 'plugin/install/waiting.test.ts',
    130: 'plugin/install/waiting.test.ts',
    143: 'plugin/install/waiting.test.ts',
  },
  upgrade: {
    0: 'journeys/install.test.ts',
    7: 'plugin/install/upgrade.test.ts',
    124: 'plugin/install/waiting.test.ts',
    130: 'plugin/install/waiting.test.ts',
    143: 'plugin/install/waiting.test.ts',
  },
  uninstall: {
    5: 'plugin/uninstall/uninstall.test.ts',
    6: 'plugin/uninstall/uninstall.test.ts',
    7: 'plugin/uninstall/uninstall.test.ts',
    124: 'plugin/uninstall/uninstall.test.ts',
    130: 'plugin/uninstall/uninstall.test.ts',
    143: 'plugin/uninstall/uninstall.test.ts',
  },
  inject: {
    0: 'plugin/inject/cluster.test.ts',
    1: 'plugin/inject/waiting.test.ts',
    7: 'plugin/inject/cluster.test.ts',
    124: 'plugin/inject/waiting.test.ts',
    130: 'plugin/inject/waiting.test.ts',
    143: 'plugin/inject/waiting.test.ts',
  },
  eject: {
    0: 'plugin/inject/cluster.test.ts',
    1: 'plugin/inject/waiting.test.ts',
    124: 'plugin/inject/waiting.test.ts',
    130: 'plugin/inject/waiting.test.ts',
    143: 'plugin/inject/waiting.test.ts',
  },
  connect: {
    0: 'journeys/plugin-connect.test.ts',
    5: 'plugin/connect/connect.test.ts',
    6: 'journeys/plugin-connect.test.ts',
  },
  reconnect: { 6: 'plugin/connect/reconnect.test.ts' },
  'migrate from-agent': {
    0: 'journeys/migrate.test.ts',
    1: 'journeys/migrate.test.ts',
    7: 'journeys/migrate.test.ts',
    124: 'plugin/migrate/way-back.test.ts',
    130: 'journeys/migrate.test.ts',
    143: 'journeys/migrate.test.ts',
  },
  'token request': {
    0: 'plugin/token/request.test.ts',
    3: 'plugin/token/request.test.ts',
    4: 'plugin/token/request.test.ts',
    6: 'plugin/token/request.test.ts',
    130: 'plugin/token/request.test.ts',
    143: 'plugin/token/request.test.ts',
  },
  'cert show': { 1: 'plugin/cert/show.test.ts' },
  'cert check': { 1: 'plugin/cert/check.test.ts' },
  'cert renew': { 9: 'plugin/cert/renew.test.ts' },
  'cert issue': {
    5: 'plugin/cert/issue.test.ts',
    6: 'plugin/cert/issue.test.ts',
    7: 'plugin/cert/issue.test.ts',
    130: 'plugin/cert/interruption.test.ts',
    143: 'plugin/cert/interruption.test.ts',
  },
  check: { 3: 'plugin/bundle/open-archive.test.ts' },
  report: {
    1: 'plugin/bundle/report.test.ts',
    7: 'plugin/bundle/report.test.ts',
    130: 'plugin/bundle/report.test.ts',
    143: 'plugin/bundle/report.test.ts',
  },
  'fleet status': {
    1: 'plugin/fleet/fleet.test.ts',
    130: 'plugin/fleet/credential-plugin.test.ts',
    143: 'plugin/fleet/credential-plugin.test.ts',
  },
  'approve deletions': {
    0: 'plugin/deletions/decide.test.ts',
    1: 'plugin/deletions/decide.test.ts',
    7: 'plugin/deletions/decide.test.ts',
    124: 'plugin/deletions/decide.test.ts',
    130: 'plugin/deletions/decide.test.ts',
    143: 'plugin/deletions/decide.test.ts',
  },
  reject: {
    0: 'plugin/deletions/decide.test.ts',
    1: 'plugin/deletions/decide.test.ts',
    7: 'plugin/deletions/decide.test.ts',
    124: 'plugin/deletions/decide.test.ts',
    130: 'plugin/deletions/decide.test.ts',
    143: 'plugin/deletions/decide.test.ts',
  },
  explain: { 3: 'plugin/explain/explain.test.ts' },
  'completion install': { 7: 'plugin/completion/install.test.ts' },
};

describe('every exit code that a command declares is brought about by a test:', () => {
  for (const { name, load } of COMMANDS) {
    test(name, async () => {
      const walked = exitsWalked(name);
      // Beside 2, which may come to any command.
      const left = Object.keys((await load()).exits).filter((code) => !walked.has(Number(code)));
      assert.deepEqual(Object.keys(ELSEWHERE[name] ?? {}), left);
      for (const [code, file] of Object.entries(ELSEWHERE[name] ?? {})) {
        const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
        const asserted = assertedExitCodes(file, text, name);
        assert.ok(asserted.has(Number(code)), `${file} asserts no exit code ${code} of ${name}`);
      }
    });
  }
});

test('an exit code counts as brought about where it is asserted of its command, not wherever its number stands', () => {
  const source = `
    const ROWS = [['a', 4], ['b', 5]] as const;
    test('the 3 of them', async () => {
      const wait = 0;
      for (const [, code] of ROWS) assertExit(await run(), 'sync', code);
      for (const [name, code] of Object.entries({ SIGINT: 130 })) await assertEnd(running, 'sync', code);
      assertExit(await run(), 'cert renew', 9);
      assertExit(await run(), 'sync', 6);
      assert.equal((await run()).code, 7);
      note(await run(), 'sync', 8);
    });`;
  const codesOf = (command: string) => [...assertedExitCodes('a.ts', source, command)].toSorted((a, b) => a - b);
  assert.deepEqual(codesOf('sync'), [4, 5, 6, 130]);
  assert.deepEqual(codesOf('cert renew'), [9]);
  assert.deepEqual(codesOf('cert'), []);
});

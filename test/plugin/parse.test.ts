import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hasReason } from '#common/errors.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { nearest } from '../../plugin/nearest.ts';
import { parseCommandLine } from '../../plugin/parse.ts';

function parse(line: string) {
  return parseCommandLine(line.split(' '), COMMANDS);
}

describe('a command line', () => {
  test("takes kubectl's flags before and after the command, in each of kubectl's spellings", async () => {
    for (const line of [
      '-n kyma --context prod status east -o json',
      'status -nkyma --context=prod -ojson east',
      'status east -n=kyma --context prod --output=json',
      'status --namespace kyma --context dev --context prod -o=json -- east',
    ]) {
      const { entry, names, flags } = await parse(line);
      assert.equal(entry?.name, 'status', line);
      assert.deepEqual(names, ['east'], line);
      assert.equal(flags.text('namespace'), 'kyma', line);
      assert.equal(flags.text('context'), 'prod', line);
      assert.equal(flags.text('output'), 'json', line);
    }
  });

  test('keeps every --as-group, with its commas', async () => {
    const { flags } = await parse('status --as eve --as-group a,b --as-group=c');
    assert.deepEqual(flags.texts('as-group'), ['a,b', 'c']);
  });

  test('takes a switch with and without =true, and its opposite in both spellings', async () => {
    const seen = await Promise.all(
      ['--client', '--client=true', '--client=false', '--no-client'].map(async (flag) => {
        const { flags } = await parse(`version ${flag}`);
        return flags.switched('client');
      }),
    );
    assert.deepEqual(seen, [true, true, false, false]);
    const { flags } = await parse('version');
    assert.equal(flags.switched('client'), undefined);
  });

  test('keeps names that look like numbers or flags as they are', async () => {
    assert.deepEqual((await parse('status 007')).names, ['007']);
    assert.deepEqual((await parse('status -- -x')).names, ['-x']);
  });

  test('takes short flags in one word, and a value that begins with a dash', async () => {
    for (const line of ['status -qojson east', 'status -qo json east', 'status -qo=json east', '-qojson status east']) {
      const { entry, names, flags } = await parse(line);
      assert.equal(entry?.name, 'status', line);
      assert.deepEqual(names, ['east'], line);
      assert.equal(flags.isOn('quiet'), true, line);
      assert.equal(flags.text('output'), 'json', line);
    }
    assert.equal((await parse('status -v9')).flags.text('v'), '9');
    assert.equal((await parse('status -n -east-')).flags.text('namespace'), '-east-');
    assert.equal((await parse('status -q=false')).flags.switched('quiet'), false);
    await assert.rejects(parse('status -qx'), /unknown flag -[qx]/);
  });

  test('takes help as a word and as a flag, before and after', async () => {
    for (const line of [
      'help status',
      'status --help',
      'status -h',
      '--help status',
      '-n kyma help status',
      'help status -q',
    ]) {
      const { entry, flags } = await parse(line);
      assert.equal(entry?.name, 'status', line);
      assert.equal(flags.isOn('help'), true, line);
    }
    for (const line of ['help cert', 'cert --help', 'cert -h']) {
      const { entry, word } = await parse(line);
      assert.equal(entry, undefined, line);
      assert.equal(word, 'cert', line);
    }
    assert.equal((await parse('help cert show')).entry?.name, 'cert show');
    assert.equal((await parse('cert show --help')).entry?.name, 'cert show');
  });

  test('names what was meant, also by the second word', async () => {
    await assert.rejects(parse('cert shwo'), /unknown command "cert shwo"; did you mean "cert show"\?/);
    await assert.rejects(parse('help statsu'), /unknown command "statsu"; did you mean "status"\?/);
    await assert.rejects(parse('crt show'), /unknown command "crt"/);
  });

  test('reads a flag after -- as a name, and true or false there, too', async () => {
    assert.deepEqual((await parse('status --ascii -- true')).names, ['true']);
  });

  test('speaks English whatever the locale', async (t) => {
    const before = process.env['LC_ALL'];
    process.env['LC_ALL'] = 'de_DE.UTF-8';
    t.after(() => {
      if (before === undefined) delete process.env['LC_ALL'];
      else process.env['LC_ALL'] = before;
    });
    await assert.rejects(
      parse('status --bogus'),
      (error) => hasReason(error, 'Usage') && /unknown flag/.test(error.message),
    );
  });
});

describe('what was probably meant', () => {
  const cases: readonly (readonly [word: string, meant: string | undefined])[] = [
    ['statsu', 'status'],
    ['stat', 'status'],
    ['versoin', 'version'],
    ['sync', undefined],
    ['', undefined],
  ];
  for (const [word, meant] of cases) {
    test(`by "${word}" is ${meant ?? 'nothing that there is'}`, () => {
      assert.equal(nearest(word, ['status', 'version']), meant);
    });
  }
});

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { VERSION } from '#common/version.ts';
import { COMMANDS } from '../../plugin/commands.ts';
import { runHere, runPlugin } from './run-plugin.ts';

/** A port where nobody answers. */
const NOBODY = ['--server', 'https://127.0.0.1:1'];

describe('the program without a command', () => {
  test('prints the list of commands, and is content', async () => {
    const { code, stdout, stderr } = await runPlugin([]);
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const { name } of COMMANDS) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
  });

  test('prints the same with --help and with help, which also takes the name of a command', async () => {
    assert.deepEqual(await runHere(['--help']), await runHere([]));
    assert.deepEqual(await runHere(['help']), await runHere([]));
    assert.deepEqual(await runHere(['help', 'status']), await runHere(['status', '--help']));
  });

  test('refuses a command that does not exist, and names the one that was meant', async () => {
    const { code, stdout, stderr } = await runPlugin(['statsu']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^error: unknown command "statsu"; did you mean "status"\?\n/);
  });
});

describe('the help of each command', () => {
  test('is without Unicode where the locale has none', async () => {
    for (const { name } of COMMANDS) {
      const { stdout } = await runHere([...name.split(' '), '--help'], { LC_ALL: 'C' });
      assert.match(stdout, /^[\n -~]+$/, name);
    }
  });

  test('says that -n never filters Applications', async () => {
    const { stdout } = await runHere(['status', '--help']);
    assert.match(
      stdout.replaceAll(/\s+/g, ' '),
      /--namespace NAMESPACE the sidecar's namespace; never filters Applications/,
    );
  });
});

describe('a command line that makes no sense', () => {
  const cases: readonly (readonly [args: string[], complaint: RegExp])[] = [
    [['status', '--contxt', 'a'], /unknown flag --contxt; did you mean --context\?/],
    [['version', '--client', 'false'], /--client takes no separate value: write --client=false or --no-client/],
    [['status', '--context'], /--context needs a value/],
    [['status', '--no-context'], /--no-context means nothing: --context takes a value/],
    [['status', '--context', 'a', '--no-output'], /--no-output means nothing/],
    [['status', ...NOBODY, '--as', 'a', '--as-user-extra', 'team'], /--as-user-extra must be KEY=VALUE/],
    [['status', 'a', 'b'], /status takes \[NAME\] only, and "b" was given too/],
    [['version', 'a'], /version takes no argument/],
    [['status', '--color', 'pink'], /--color is "pink", and must be one of "auto", "always", "never"/],
    [['status', '-o', 'go-template={{.}}'], /go-template is not offered: use -o json/],
    [['status', '-o', 'jsonpath'], /-o jsonpath needs a template/],
    [['version', '-o', 'wide'], /unknown output format "wide"; -o takes json, yaml, jsonpath/],
    [['status', ...NOBODY, '--as-group', 'admins'], /--as-group and --as-uid need --as/],
    [['status', ...NOBODY, '--request-timeout', 'soon'], /--request-timeout is "soon"/],
    [['status', '--from-bundle', '/nowhere/x'], /^error: \/nowhere\/x cannot be read: no such file or directory\n/],
    [['status', '--kubeconfig', '/nonexistent/config'], /\/nonexistent\/config/],
    [['status'], /no cluster to talk to.*\n.*next: set KUBECONFIG to the file that names the cluster$/m],
  ];
  for (const [args, complaint] of cases) {
    test(`is refused with exit code 2: ${args.join(' ')}`, async () => {
      const { code, stdout, stderr } = await runHere(args);
      assert.match(stderr, complaint);
      assert.equal(code, 2);
      assert.equal(stdout, '');
    });
  }

  test('is a document, too, where -o asks for one', async () => {
    const { code, stdout } = await runPlugin(['status', '--bogus', '-ojson']);
    const { apiVersion, verdict, error, remediation } = JSON.parse(stdout);
    assert.equal(code, 2);
    assert.equal(apiVersion, 'cli.compass.kyma-project.io/v1');
    assert.deepEqual(verdict, { status: 'Failed', exitCode: 2 });
    assert.deepEqual(error, { code: 'CMP0003', reason: 'Usage', message: 'unknown flag --bogus' });
    assert.deepEqual(remediation[0].command, ['kubectl', 'compass', 'status', '--help']);
  });

  test('is a document in every way to ask for one, and the last one that was asked for', async () => {
    const lines = [
      'status -qo json --bogus',
      'status -wo json --bogus',
      'status -o=json --bogus',
      'status -o yaml --output json --bogus',
      '-o json status a b',
      'status --watch false -qo json',
      `status -qo json ${NOBODY.join(' ')}`,
      'version -o wide -o json --no-client=maybe',
    ];
    for (const line of lines) {
      const { code, stdout } = await runHere(line.split(' '));
      assert.equal(JSON.parse(stdout || '{}').verdict?.exitCode, code, line);
    }
    for (const line of [
      'status -o json -o wide --bogus',
      'status --bogus -- -o json',
      'status --context json --bogus',
    ]) {
      assert.equal((await runHere(line.split(' '))).stdout, '', line);
    }
  });

  test('is told without Unicode where the locale has none', async () => {
    const lines = ['status -o go-template={{.}}', 'status --context ümläut', 'status --bogüs', 'statüs --ascii'];
    for (const line of lines) {
      for (const env of [{ LC_ALL: 'C' }, { COMPASS_ASCII: '1' }]) {
        const { stderr } = await runHere(line.split(' '), env);
        assert.match(stderr, /^error: [\n -~]*$/, line);
      }
    }
    assert.match((await runHere(['statüs', '--ascii'])).stderr, /^[\n -~]*$/);
  });

  test('names the help of the command that was meant, and how that is called', async () => {
    const next = async (...args: readonly string[]) => (await runHere(args)).stderr;
    assert.match(
      await next('get'),
      /needs TYPE: kubectl compass get TYPE \[NAMES\.\.\.\]\n.*; next: kubectl compass get --help\n/,
    );
    assert.match(await next('cert', 'renew', '--bogus'), /; next: kubectl compass cert renew --help\n/);
    assert.match(await next('statsu'), /; next: kubectl compass --help\n/);
  });
});

describe('version', () => {
  test('--client answers without a cluster', async () => {
    const { code, stdout, stderr } = await runPlugin(['version', '--client']);
    assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: `Client:      v${VERSION}\n`, stderr: '' });
  });

  test('--client=false and --no-client ask the cluster', async () => {
    for (const flag of ['--client=false', '--no-client']) {
      const { code } = await runHere(['version', flag, ...NOBODY]);
      assert.equal(code, 4, flag);
    }
  });

  test('is the one of package.json', async () => {
    const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.equal(VERSION, manifest.version);
  });

  test('prints a document in both formats', async () => {
    const [json, yaml] = await Promise.all(
      ['json', 'yaml'].map((format) => runHere(['version', '--client', '-o', format])),
    );
    assert.deepEqual(JSON.parse(json?.stdout ?? '').client, { version: VERSION });
    assert.deepEqual(parse(yaml?.stdout ?? '').client, { version: VERSION });
  });

  test('without an answer still says which client it is, and exits with 4', async () => {
    const { code, stdout, stderr } = await runPlugin(['version', ...NOBODY]);
    assert.equal(code, 4);
    assert.equal(stdout, `Client:      v${VERSION}\n`);
    assert.match(
      stderr,
      /^error: .*connection refused.*\n {2}CMP0101 ClusterUnreachable; next: kubectl cluster-info --server https:\/\/127.0.0.1:1\n$/,
    );
  });
});

test('a cluster that cannot be reached is exit code 4 in every format, and a document where one is asked for', async () => {
  for (const format of ['wide', 'name', 'json', 'yaml']) {
    const { code, stdout, stderr } = await runHere(['status', '-o', format, ...NOBODY]);
    assert.equal(code, 4, format);
    assert.match(stderr, /^error: cannot list /);
    if (format === 'json' || format === 'yaml') {
      const { kind, verdict, error } = parse(stdout);
      assert.equal(kind, 'ConnectionReport');
      assert.equal(verdict.exitCode, 4);
      assert.equal(error.reason, 'ClusterUnreachable');
    } else assert.equal(stdout, '');
  }
});

import { mkdir } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Case, measure } from '../bench/measure.ts';
import { temporaryFolder } from '../krew/temporary-folder.ts';
import { findArtefact } from './artefacts.ts';
import { installAsKrew, unpack } from './krew-archives.ts';

const ROUNDS = 20;

const isAmd64 = platform() === 'linux' && arch() === 'x64';
const skip = isAmd64 ? false : 'this machine does not run programs for linux/amd64';

/** Printed, not judged: how long a start takes is the machine's own. */
test('how long the plugin takes to start, in each form that runs here', { skip }, async (t) => {
  const home = await temporaryFolder(t);
  await mkdir(join(home, '.kube'));
  const { bin } = await installAsKrew(join(home, '.krew'), 'linux', 'amd64');
  const bundle = join(home, 'bundle');
  await mkdir(bundle);
  await unpack(findArtefact('krew/kubectl-compass_*_node.tar.gz'), bundle);
  const forms: Readonly<Record<string, readonly [string, ...string[]]>> = {
    executable: [join(bin, 'kubectl-compass')],
    'Node and main.js': [process.execPath, join(bundle, 'plugin/main.js')],
  };
  const cases = Object.entries(forms).flatMap(([form, [program, ...first]]) =>
    [['--help'], ['version', '--client']].map(
      (args): Case => ({ name: `${form}: ${args.join(' ')}`, command: [program, ...first, ...args] }),
    ),
  );
  cases.push({ name: 'an empty script of Node', command: [process.execPath, '--eval', ''] });
  const medians = measure(cases, ROUNDS, { HOME: home, LANG: 'C.UTF-8' });
  for (const [name, ms] of Object.entries(medians)) t.diagnostic(`${name}: ${ms.toFixed(0)} ms`);
});

import type { Command, Invocation } from '../command.ts';
import { type Installation, installCompletion } from '../completion/install.ts';
import { dryRunNote, LOCAL_DRY_RUN_FLAG, readDryRun } from '../dry-run.ts';
import { documentHead } from '../output/document.ts';
import { DOCUMENT_FORMATS } from '../output/format.ts';

/** `kubectl compass completion install`: puts the second program in its place, which krew cannot do. */
export const completionInstall: Command = {
  details: `kubectl completes the words after \`kubectl compass\` by a program called kubectl_complete-compass, which has to
be on the PATH and which krew cannot install. This writes it beside kubectl-compass, or where --dir says. It may be run
again at any time. kubectl 1.26 or later finds it by itself, once its own completion is loaded: for bash by
\`source <(kubectl completion bash)\` in ~/.bashrc, which takes the package bash-completion.`,
  exits: { 0: 'installed, or there already', 7: 'a file of somebody else has the name' },
  flags: [
    { name: 'dir', kind: 'text', value: 'DIR', summary: 'the folder to put it in, on the PATH' },
    LOCAL_DRY_RUN_FLAG,
  ],
  formats: ['default', ...DOCUMENT_FORMATS],
  documentKind: 'CompletionInstallation',
  examples: [
    { command: 'kubectl compass completion install', does: 'Beside kubectl-compass' },
    { command: 'kubectl compass completion install --dir ~/bin --dry-run', does: 'Only say what would be done' },
  ],
  run: runInstall,
};

async function runInstall(invocation: Invocation): Promise<number> {
  const { flags, env, platform, clock } = invocation;
  const dryRun = readDryRun(flags);
  const installation = installCompletion({ env, platform, folder: flags.text('dir'), dryRun: dryRun !== 'none' });
  await invocation.print({
    document: () => documentOf(installation, clock.now(), dryRun !== 'none'),
    text: () => `${installation.path} ${installation.action}${dryRunNote(dryRun)}\n`,
  });
  if (!installation.isOnPath) invocation.hint('Its folder is not on the PATH: kubectl will not find it there.');
  else if (installation.action === 'created' && dryRun === 'none')
    invocation.hint("It works where kubectl's own completion is loaded: kubectl compass completion install --help");
  return 0;
}

function documentOf({ path, action, isOnPath }: Installation, now: number, isDryRun: boolean): object {
  return {
    ...documentHead('CompletionInstallation', { status: 'Done', exitCode: 0 }, now),
    path,
    action,
    onPath: isOnPath,
    dryRun: isDryRun,
  };
}

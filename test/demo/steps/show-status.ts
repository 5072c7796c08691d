import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Scene } from '../scene.ts';
import type { Step } from '../step.ts';

const PLUGIN = fileURLToPath(new URL('../../../plugin/main.ts', import.meta.url));

interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runPlugin({ target, narrator }: Scene, args: readonly string[]): Promise<Printed> {
  const env = {
    ...process.env,
    KUBECONFIG: target.kubeconfig,
    COMPASS_NAMESPACE: target.place.ownNamespace,
    ...(narrator.symbols.unicode ? {} : { COMPASS_ASCII: '1' }),
  };
  const colour = narrator.paint.bold('x') === 'x' ? 'never' : 'always';
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [PLUGIN, ...args, `--color=${colour}`],
      { env, timeout: 60_000 },
      (error, stdout, stderr) => {
        const code = typeof error?.code === 'number' ? error.code : Number(error !== null);
        resolve({ code, stdout, stderr });
      },
    );
  });
}

export const showStatus: Step = {
  title: 'What the plugin says about it',
  async run(scene) {
    const { narrator, target } = scene;
    narrator.tell(`kubectl compass status ${target.place.connectionName}`);
    const { code, stdout, stderr } = await runPlugin(scene, ['status', target.place.connectionName]);
    narrator.quote(stdout);
    if (code !== 0) throw new Error(`kubectl compass status ended with ${code}: ${stderr.trim() || 'see above'}`);
    narrator.done('kubectl compass status ended with 0: all is well');
  },
};

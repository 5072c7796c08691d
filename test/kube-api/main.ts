import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startKubeApi } from './kube-api.ts';

const usage = `usage: npm run kube-api -- [--port PORT] [--crds FOLDER]
  --port PORT     port on loopback (default 16443; 0: a free one)
  --crds FOLDER   folder or file of YAML to start with; may be given several times
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '16443' },
      crds: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const api = await startKubeApi({ port: Number(values.port), objects: values.crds });
  const folder = await mkdtemp(join(tmpdir(), 'kube-api-'));
  const file = join(folder, 'kubeconfig');
  await writeFile(file, api.kubeconfig(), { mode: 0o600 });
  const stop = async () => {
    await rm(folder, { recursive: true, force: true });
    await api.stop();
    process.exitCode = 0;
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stop().catch((error: unknown) => process.stderr.write(`kube-api: ${error}\n`));
    });
  }
  // Last: whoever has read it may send a signal at once.
  process.stdout.write(`export KUBECONFIG=${file}\n`);
  process.stderr.write(`embedded Kubernetes API server on ${api.url}; Ctrl-C stops it\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`kube-api: ${error instanceof Error ? error.message : error}\n${usage}`);
  process.exitCode = 2;
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, describeAsJson } from './banner.ts';
import { type CommandLine, readCommandLine, USAGE } from './command-line.ts';
import { startSimulator } from './simulator.ts';

async function writeCa(pem: string, path: string | undefined): Promise<{ file: string; folder: string | undefined }> {
  const folder = path === undefined ? await mkdtemp(join(tmpdir(), 'compass-simulator-')) : undefined;
  const file = path ?? join(folder ?? '', 'ca.pem');
  await writeFile(file, pem);
  return { file, folder };
}

/** Resolves on the first SIGINT or SIGTERM. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
  });
}

async function run({ options, caFile, json }: CommandLine): Promise<void> {
  const stopped = stopSignal();
  await using simulator = await startSimulator(options);
  const { file, folder } = await writeCa(simulator.caPem, caFile);
  process.stdout.write(json ? `${describeAsJson(simulator, file)}\n` : describe(simulator, file));
  await stopped;
  if (folder !== undefined) await rm(folder, { recursive: true });
}

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.help) process.stdout.write(USAGE);
  else await run(commandLine);
} catch (error) {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

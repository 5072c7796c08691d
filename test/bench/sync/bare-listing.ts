import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { APPLICATIONS } from '#common/compass/documents.ts';
import { endsWithUs } from './ends-with-us.ts';
import type { SyncBench } from './world.ts';

const PROGRAM = fileURLToPath(new URL('bare-listing.cjs', import.meta.url));

/** One listing, downloaded, parsed and dropped. */
interface BareListed {
  readonly tookMs: number;
  readonly pages: number;
  readonly applications: number;
}

/** A process that asks for the same listing as the sidecar, by the same certificate, and does nothing with it. */
export interface BareListing extends AsyncDisposable {
  list(): Promise<BareListed>;
  readonly pid: number;
}

export async function startBareListing(bench: SyncBench): Promise<BareListing> {
  const { site } = bench.simulator;
  const script = join(bench.folder, 'listing.json');
  const what = {
    ...(await bench.credentials()),
    url: site.urls.director,
    ca: site.caPem,
    headers: { accept: 'application/json', 'accept-encoding': 'identity', Tenant: site.tenant },
    document: APPLICATIONS.document,
    operationName: APPLICATIONS.operationName,
    runtimeId: site.runtimeId,
  };
  await writeFile(script, JSON.stringify(what), { mode: 0o600 });
  const child = endsWithUs(spawn(process.execPath, [PROGRAM, script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  const output = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    pid: child.pid ?? 0,
    async list() {
      child.stdin.write('\n');
      const { value, done } = await output.next();
      if (done) throw new Error('the bare listing ended');
      return JSON.parse(value) as BareListed;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

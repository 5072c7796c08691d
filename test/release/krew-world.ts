import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startTestCluster } from '../cluster/start-test-cluster.ts';
import { putConnection, putReport } from '../plugin/put-report.ts';
import { HEALTHY } from '../plugin/sample-reports.ts';

/** How a program ended, and what it said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever that is, in this environment alone. */
export function run(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>();
  execFile(program, args, { env, timeout: 120_000 }, (error, stdout, stderr) => {
    if (error && typeof error.code !== 'number') reject(new Error(`${program}: ${error.message}\n${stderr}`));
    else resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
  });
  return promise;
}

interface Kubeconfig {
  users: { user: Record<string, unknown> }[];
}

/**
 * A cluster with a healthy connection on the embedded API server, and its administrator's kubeconfig in `folder`, by the names
 * that `home` has for it: `config` with a certificate, `exec-config` with a program that hands that certificate over.
 */
export async function startHealthyCluster(t: TestContext, folder: string, home = folder): Promise<void> {
  const cluster = await startTestCluster(t, { target: 'embedded', crds: 'field' });
  await putConnection(cluster, 'Synchronized');
  await putReport(cluster, HEALTHY);
  const text = await readFile(cluster.kubeconfigPath, 'utf8');
  await writeFile(join(folder, 'config'), text, { mode: 0o600 });
  const config = JSON.parse(text) as Kubeconfig;
  const [{ user: certificate } = { user: {} }] = config.users;
  const user = {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: join(home, 'login'),
      interactiveMode: 'Never',
    },
  };
  await writeFile(join(folder, 'exec-config'), JSON.stringify({ ...config, users: [{ ...config.users[0], user }] }));
  await writeFile(join(folder, 'login'), loginScript(certificate), { mode: 0o755 });
}

function loginScript(user: Record<string, unknown>): string {
  const decoded = (field: string) => Buffer.from(String(user[field]), 'base64').toString();
  const credential = {
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: {
      clientCertificateData: decoded('client-certificate-data'),
      clientKeyData: decoded('client-key-data'),
    },
  };
  return `#!/bin/sh\ncat <<'END'\n${JSON.stringify(credential)}\nEND\n`;
}

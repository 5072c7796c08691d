import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane, Proof } from './control-plane.ts';

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function userOf(proof: Proof): object {
  if ('token' in proof) return { token: proof.token };
  return { 'client-certificate-data': base64(proof.cert), 'client-key-data': base64(proof.key) };
}

/** Writes a kubeconfig (JSON is YAML too) for one user of a control plane; gives its path. */
export async function writeKubeconfig(
  plane: Pick<ControlPlane, 'server' | 'ca' | 'folder'>,
  proof: Proof,
  namespace = 'default',
): Promise<string> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server: plane.server, 'certificate-authority-data': base64(plane.ca) } }],
    users: [{ name: 'user', user: userOf(proof) }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'user', namespace } }],
    'current-context': 'test',
  };
  const path = join(plane.folder, `kubeconfig-${randomUUID()}`);
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return path;
}

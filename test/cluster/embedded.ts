import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startKubeApi } from '../kube-api/kube-api.ts';
import type { RecordedRequest } from '../kube-api/recorder.ts';
import type { ControlPlane, Person, Proof } from './control-plane.ts';

interface Kubeconfig {
  readonly users: readonly { readonly user: Readonly<Record<string, string>> }[];
}

function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('utf8');
}

function proofIn(kubeconfig: string): Proof {
  const user = (parse(kubeconfig) as Kubeconfig).users[0]?.user ?? {};
  if (user['token']) return { token: user['token'] };
  return { cert: decode(user['client-certificate-data']), key: decode(user['client-key-data']) };
}

/** Leaves what was asked in the folder that COMPASS_RECORD_REQUESTS names, for test/conformance/record.ts. */
async function keepRecording(requests: readonly RecordedRequest[]): Promise<void> {
  const folder = process.env['COMPASS_RECORD_REQUESTS'];
  if (folder) await writeFile(join(folder, `${randomUUID()}.json`), JSON.stringify(requests));
}

/** The embedded API server as a control plane. */
export async function startEmbedded(): Promise<ControlPlane> {
  const api = await startKubeApi();
  const folder = await mkdtemp(join(tmpdir(), 'compass-kube-'));
  return {
    target: 'embedded',
    server: api.url,
    ca: api.caPem,
    folder,
    hasControllers: true,
    embedded: api,
    compact: () => Promise.resolve(api.compact()),
    async proofFor({ name, groups = [] }: Person) {
      return proofIn(await api.addUser(name, { groups: [...groups], proof: 'certificate' }));
    },
    reset: () => Promise.reject(new Error('an embedded server is started anew, not reset')),
    async stop() {
      await keepRecording(api.requests());
      await api.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

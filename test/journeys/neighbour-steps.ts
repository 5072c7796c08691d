import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ConnectionFile } from '#common/resources/connection-file.ts';
import { until } from '../cluster/until.ts';
import { memoryFolder } from '../sidecar/neighbours/memory-folder.ts';
import type { SidecarProcess } from './sidecar-process.ts';
import { CLIENT, type World } from './world.ts';

/** The files of one set, as one reads them who resolves `..data` first; undefined before there are any. */
export function readFiles(folder: string) {
  try {
    const set = realpathSync(join(folder, '..data'));
    const read = (name: string) => readFileSync(join(set, name), 'utf8');
    const connection = JSON.parse(read('connection.json')) as ConnectionFile;
    return { set, certificate: read('tls.crt'), key: read('tls.key'), authorities: read('ca.crt'), connection };
  } catch {
    return undefined;
  }
}

/** A reader by the rights of a Role on one Secret, in a process of its own. */
export async function startReader(t: TestContext, world: World, env: Readonly<Record<string, string>> = {}) {
  const folder = memoryFolder(t);
  const { cluster } = world.cluster;
  const role = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' };
  const metadata = { namespace: CLIENT.namespace, name: 'reader' };
  const rules = [
    { apiGroups: [''], resources: ['secrets'], resourceNames: [CLIENT.name], verbs: ['get', 'list', 'watch'] },
  ];
  const rbac = (kind: string, plural: string) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    plural,
    namespaced: true,
  });
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true };
  await cluster.create(account, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  const { apiVersion } = rbac('Role', 'roles');
  await cluster.create(rbac('Role', 'roles'), { apiVersion, kind: 'Role', metadata, rules } as never);
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace: CLIENT.namespace }];
  const binding = { apiVersion, kind: 'RoleBinding', metadata, roleRef: role, subjects };
  await cluster.create(rbac('RoleBinding', 'rolebindings'), binding as never);
  const { kubeconfigPath } = await world.cluster.asServiceAccount(CLIENT.namespace, 'reader');
  const settings = {
    KUBECONFIG: kubeconfigPath,
    APP_MODE: 'reader',
    APP_CREDENTIALS_FOLDER: folder,
    ...env,
  };
  return { folder, start: (command?: readonly string[]) => world.start(settings, command) };
}

/** The port that a line of the log tells, as soon as it does. */
export async function portOf(sidecar: SidecarProcess, message: RegExp, field: string): Promise<number> {
  return until(`it says ${message}`, () => {
    const port = sidecar.lines.find(({ msg }) => message.test(msg))?.[field];
    return Promise.resolve(typeof port === 'number' && port);
  });
}

/** The text of the health port at a path, and its status. */
export async function probe(sidecar: SidecarProcess, path: string): Promise<{ status: number; text: string }> {
  const port = await portOf(sidecar, /^started$/, 'healthPort');
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return { status: response.status, text: await response.text() };
}

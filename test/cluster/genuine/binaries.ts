import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

export interface Binaries {
  readonly etcd: string;
  readonly apiServer: string;
  /** setup-envtest brings none; then nobody collects garbage. */
  readonly controllerManager: string | undefined;
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The control plane's programs in the folder that KUBEBUILDER_ASSETS names, as everywhere in the Kubernetes world. */
export function findBinaries(folder = process.env['KUBEBUILDER_ASSETS'] ?? ''): Binaries {
  const wanted = { etcd: join(folder, 'etcd'), apiServer: join(folder, 'kube-apiserver') };
  if (folder === '' || !executable(wanted.etcd) || !executable(wanted.apiServer)) {
    throw new Error(
      `COMPASS_TEST_TARGET=genuine needs KUBEBUILDER_ASSETS, a folder with etcd and kube-apiserver (setup-envtest use -p path); it is ${folder === '' ? 'not set' : folder}`,
    );
  }
  const controllerManager = join(folder, 'kube-controller-manager');
  return { ...wanted, controllerManager: executable(controllerManager) ? controllerManager : undefined };
}

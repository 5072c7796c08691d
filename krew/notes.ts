import { archiveName, bundleName, PLATFORMS, type Platform } from './platforms.ts';

/** What is known of a build only by what it was made of, and has to be said to those who publish it. */
export interface BuildFacts {
  readonly version: string;
  readonly nodeVersion: string;
  /** Undefined where the manifest has the archives' names alone for their addresses. */
  readonly archivesAt: string | undefined;
}

/** What each platform's archive is, and what was done to Node for it. */
function describe({ os, form }: Platform): string {
  if (form === 'node') return 'the plugin, Node.js as Apple signed it, and a script that starts one with the other';
  if (os === 'linux') return 'one executable, of a stripped Node.js, with libatomic.so.1 beside it';
  if (os === 'windows') return 'one executable, not signed: SmartScreen warns of it where a browser downloaded it';
  return 'one executable, with an ad-hoc signature: where a browser downloaded it, remove its quarantine first';
}

/** The release notes of a build, in Markdown: what was built, and what nobody has run. */
export function releaseNotes({ version, nodeVersion, archivesAt }: BuildFacts): string {
  const rows = PLATFORMS.map((platform) => `| \`${archiveName(version, platform)}\` | ${describe(platform)} |`);
  return `# Archives of kubectl-compass ${version} for krew

| archive | is |
|---|---|
${rows.join('\n')}
| \`${bundleName(version)}\` | the plugin alone, for those who have Node.js 22.21, 24.5 or newer |

Made of Node.js ${nodeVersion} as npm has it. THIRD_PARTY_LICENSES in each archive names all that it carries.
${archivesAt === undefined ? addressMissing() : `The manifest expects the archives at ${archivesAt}.`}

## What runs in the tests of a release

\`npm run test:release\` installs the Linux archives as krew does, and runs them through kubectl: amd64 also on a bare Debian,
arm64 emulated by qemu. It runs the bundle with the oldest Node.js that it takes, and with ones that it refuses.

## What does not

- **macOS**: nothing was run on a Mac. Each page of the arm64 executable has the hash that its signature gives; the check is
  the same one that accepts Apple's signature of Node.js. The script for Intel Macs runs on Linux.
- **Windows**: nothing was run. What was built is a Windows program by its form.
`;
}

function addressMissing(): string {
  return `package.json names no repository on GitHub, and no --url-base was given: the manifest has the names of the archives in
place of their addresses. It installs from a folder (\`kubectl krew install --manifest=compass.yaml --archive=ARCHIVE\`) and
must not be published as it is.`;
}

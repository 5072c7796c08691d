import { missingTools } from '../.scripts/run-tool.ts';

/** What the archives are built with beside npm and Node, with the Debian package that has it. */
const TOOLS: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  'llvm-strip': 'llvm',
  osslsigncode: 'osslsigncode',
  patchelf: 'patchelf',
};

/** What this machine lacks to build the archives, and how to get it; undefined where it lacks nothing. */
export async function lackOfTools(): Promise<string | undefined> {
  const missing = await missingTools(Object.keys(TOOLS));
  if (missing.length === 0) return undefined;
  const packages = missing.map((tool) => TOOLS[tool]).join(' ');
  return `this machine lacks ${missing.join(', ')}\n  Debian, Ubuntu:  apt-get install ${packages}`;
}

/** How the plugin's version and a sidecar's go together: two minor versions apart at most. */
export type Skew = 'ok' | 'unsupported' | 'unknown';

const SUPPORTED_MINORS = 2;

/** Judges by major and minor version; `unknown` where one of the two is no version. */
export function skewBetween(client: string, sidecar: string | undefined): Skew {
  const [ours, theirs] = [parse(client), parse(sidecar ?? '')];
  if (!ours || !theirs) return 'unknown';
  const apart = Math.abs(ours.minor - theirs.minor);
  return ours.major === theirs.major && apart <= SUPPORTED_MINORS ? 'ok' : 'unsupported';
}

function parse(version: string): { readonly major: number; readonly minor: number } | undefined {
  const match = /^v?(\d+)\.(\d+)\.\d+(?:[-+].*)?$/.exec(version);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

/**
 * Which of two resourceVersions of one object is the newer: negative where `a` is older, 0 where they are one, positive where
 * it is newer; undefined where that cannot be told. They are opaque, but for being compared as numbers where they are
 * such, which holds for everything that is stored in etcd (KEP 5504).
 */
export function compareVersions(a: string, b: string): number | undefined {
  if (a === b) return 0;
  if (!isNumber(a) || !isNumber(b)) return undefined;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : 1;
}

function isNumber(version: string): boolean {
  return /^[1-9]\d*$/.test(version);
}

import type { Platform } from './platforms.ts';

/** What a release is filled in with. */
export interface Release {
  readonly version: string;
  /** Undefined where the project says none: the manifest says none then, either. */
  readonly homepage: string | undefined;
  readonly archives: readonly ReleasedArchive[];
}

export interface ReleasedArchive {
  readonly platform: Pick<Platform, 'os' | 'arch'>;
  readonly uri: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

const BLANK = /\$\{([^}]*)\}/g;

/**
 * krew/compass.yaml filled in, without its opening comment. A line whose value is not known is left out.
 *
 * @throws Error where the template asks for what there is none of
 */
export function renderManifest(template: string, release: Release): string {
  const lines = template.replace(/^(?:#.*\n)+/, '').split('\n');
  return lines.flatMap((line) => renderLine(line, release)).join('\n');
}

function renderLine(line: string, release: Release): string[] {
  const blanks = [...line.matchAll(BLANK)].map(([, blank = '']) => valueFor(blank, release));
  if (blanks.includes(undefined)) return [];
  return [line.replace(BLANK, () => blanks.shift() ?? '')];
}

function valueFor(blank: string, { version, homepage, archives }: Release): string | undefined {
  if (blank === 'version') return version;
  if (blank === 'homepage') return homepage;
  const [field, os, arch] = blank.split(' ');
  const archive = archives.find(({ platform }) => platform.os === os && platform.arch === arch);
  if (archive && (field === 'uri' || field === 'sha256')) return archive[field];
  throw new Error(`krew/compass.yaml asks for \${${blank}}, and there is no such value`);
}

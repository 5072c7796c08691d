import type { Style } from '../../command.ts';
import { humanDuration } from '../../output/age.ts';
import { documentHead, type ReportDocument } from '../../output/document.ts';
import { plain } from '../../output/text.ts';
import { CERTIFICATE_FILES_KIND } from '../kinds.ts';
import type { ConnectionFile } from './connection-file.ts';

/** What was done to a credential in files; `NotNeeded` where a renewal was not due. */
export type FilesStatus = 'Issued' | 'Renewed' | 'Revoked' | 'NotNeeded' | 'DryRun';

export interface FilesOutcome {
  readonly status: FilesStatus;
  readonly exitCode: number;
  /** Undefined for what was only tried. */
  readonly connection?: Omit<ConnectionFile, 'files' | 'version'> | ConnectionFile | undefined;
  readonly paths: {
    readonly key: string;
    readonly certificate: string;
    readonly chain?: string | undefined;
    readonly ca?: string | undefined;
  };
  /** For people, one line: what was done. */
  readonly message: string;
}

/** For programs: no key and no token, but where they lie. */
export function filesDocument(
  { status, exitCode, connection, paths, message }: FilesOutcome,
  now: number,
): ReportDocument {
  const { key, certificate, chain, ca } = paths;
  return {
    ...documentHead(CERTIFICATE_FILES_KIND, { status, exitCode }, now),
    ...{
      message,
      files: { key, certificate, ...(chain ? { chain } : {}), ...(ca ? { ca } : {}) },
      ...(connection ? { identity: identityOf(connection) } : {}),
    },
  };
}

function identityOf(connection: Partial<ConnectionFile>): object {
  const { version, files, ...identity } = connection;
  return identity;
}

/** For people. */
export function formatFiles({ connection, paths, message }: FilesOutcome, now: number, { symbols }: Style): string {
  const { key, certificate, chain, ca } = paths;
  const rows: (readonly [string, string | undefined])[] = [
    ['subject', connection?.subject],
    ['SHA-256', connection?.fingerprint],
    ['valid', connection && `${humanDuration(Date.parse(connection.notAfter) - now)}, until ${connection.notAfter}`],
    ['Director', connection?.directorUrl],
    ['key', key],
    ['certificate', certificate],
    ['chain', chain],
    ['CA', ca],
  ];
  const lines = rows
    .filter(([, value]) => value)
    .map(([name, value = '']) => `  ${name.padEnd(12)}${plain(value, symbols)}\n`);
  return `${plain(message, symbols)}\n${lines.join('')}`;
}

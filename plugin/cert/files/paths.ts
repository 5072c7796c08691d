import { dirname, join } from 'node:path';
import { CompassError } from '#common/errors.ts';
import type { Flag, ParsedFlags } from '../../flags.ts';

/** Where a credential of an Application outside the cluster lies. */
export interface CredentialPaths {
  /** RSA private key, PKCS#1 PEM, mode 0600. */
  readonly key: string;
  /** The client certificate alone. */
  readonly certificate: string;
  /** The client certificate and then each one's issuer: what a TLS client presents. */
  readonly chain: string;
  /** The CA's certificates. */
  readonly ca: string;
  /** What else is known of it: URLs, subject, fingerprint. */
  readonly connection: string;
  /** What an issue that was not finished goes on with; mode 0600, since a one-time token is in it. */
  readonly pending: string;
}

export const CONNECTION_FILE = 'connection.json';

export const OUT_FLAG: Flag = {
  name: 'out',
  kind: 'text',
  value: 'DIRECTORY',
  summary: 'where the files go: compass-app.{key,crt}, compass-app-{chain,ca}.crt, connection.json',
};

export const CERT_FLAG: Flag = { name: 'cert', kind: 'text', value: 'FILE', summary: 'the client certificate, PEM' };
export const KEY_FLAG: Flag = { name: 'key', kind: 'text', value: 'FILE', summary: 'its private key, PEM' };
export const CHAIN_FLAG: Flag = {
  name: 'chain',
  kind: 'text',
  value: 'FILE',
  summary: 'the certificate with its issuers, PEM',
};
export const CA_FLAG: Flag = { name: 'ca', kind: 'text', value: 'FILE', summary: "the CA's certificates, PEM" };

/** The files of a command line: those named, and in --out, or beside --cert, those that are not. Throws Usage for neither. */
export function newPaths(flags: ParsedFlags): CredentialPaths {
  const out = flags.text('out');
  const certificate = flags.text('cert');
  const key = flags.text('key');
  if (out === undefined && (certificate === undefined || key === undefined)) {
    throw new CompassError('Usage', 'where do the files go? give --out DIRECTORY, or both --cert and --key');
  }
  const folder = out ?? dirname(certificate ?? '');
  return {
    key: key ?? join(folder, 'compass-app.key'),
    certificate: certificate ?? join(folder, 'compass-app.crt'),
    chain: flags.text('chain') ?? join(folder, 'compass-app-chain.crt'),
    ca: flags.text('ca') ?? join(folder, 'compass-app-ca.crt'),
    connection: join(folder, CONNECTION_FILE),
    pending: join(folder, 'connection.pending.json'),
  };
}

/** Where something lies until it is complete: beside what it is to become. */
export function unfinished(path: string): string {
  return `${path}.new`;
}

/** What a file was before it was replaced. */
export function backup(path: string): string {
  return `${path}.bak`;
}

import type { OneTimeToken } from './identities.ts';

/** A one-time token in every form that the Director hands out. */
export interface TokenForms {
  token: string;
  connectorURL: string;
  used: boolean;
  /** RFC 3339. */
  expiresAt: string;
  /** The connector's URL with the token in its query. */
  raw: string;
  /** Base64 of JSON with the fields above. */
  rawEncoded: string;
}

export function tokenForms({ value, used, expiresAtMs }: OneTimeToken, connectorURL: string): TokenForms {
  const expiresAt = new Date(expiresAtMs).toISOString();
  const raw = new URL(connectorURL);
  raw.searchParams.set('token', value);
  const fields = { token: value, connectorURL, used, expiresAt };
  return { ...fields, raw: raw.href, rawEncoded: Buffer.from(JSON.stringify(fields)).toString('base64') };
}

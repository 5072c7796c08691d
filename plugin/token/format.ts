/** `rawEncoded` holds the Connector's URL and the expiry, too, as Compass shows it; `token` is the bare one. */
export type TokenFormat = 'rawEncoded' | 'token';

export const TOKEN_FORMATS: readonly TokenFormat[] = ['rawEncoded', 'token'];

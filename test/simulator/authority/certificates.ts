/** A client certificate that the Connector has issued. Fingerprints are SHA-256 of the DER, in lower-case hex. */
export interface IssuedCertificate {
  fingerprint: string;
  clientId: string;
  /** RFC 3339. */
  notBefore: string;
  notAfter: string;
}

/** What was issued, and the revocation list. */
export class Certificates {
  readonly #issued = new Map<string, IssuedCertificate>();
  readonly #revoked = new Map<string, number>();

  add(certificate: IssuedCertificate): void {
    this.#issued.set(certificate.fingerprint, certificate);
  }

  list(): (IssuedCertificate & { revoked: boolean })[] {
    return [...this.#issued.values()].map((issued) => ({ ...issued, revoked: this.isRevoked(issued.fingerprint) }));
  }

  revoke(fingerprint: string): void {
    if (!this.isRevoked(fingerprint)) this.#revoked.set(fingerprint, Date.now());
  }

  /** Says how many of the client id's certificates are on the list now. */
  revokeAllOf(clientId: string): number {
    const own = this.list().filter((issued) => issued.clientId === clientId);
    for (const { fingerprint } of own) this.revoke(fingerprint);
    return own.length;
  }

  /** In ms since the epoch. */
  revokedAtMs(fingerprint: string): number | undefined {
    return this.#revoked.get(fingerprint);
  }

  isRevoked(fingerprint: string): boolean {
    return this.#revoked.has(fingerprint);
  }
}

/** The proxy answered, and does not let the connection through. */
export class ProxyRefused extends Error {
  override readonly name = 'ProxyRefused';
  readonly proxy: string;
  readonly status: number;

  constructor(proxy: string, status: number) {
    super(`proxy ${proxy} answered ${status}`);
    this.proxy = proxy;
    this.status = status;
  }
}

/** The connection to the proxy itself failed. */
export class ProxyUnreachable extends Error {
  override readonly name = 'ProxyUnreachable';
  readonly proxy: string;
  readonly code: string | undefined;

  constructor(proxy: string, error: NodeJS.ErrnoException) {
    super(`proxy ${proxy}: ${error.message}`);
    this.proxy = proxy;
    this.code = error.code;
  }
}

/** The server's certificate was judged, and is not good. */
export class ServerUntrusted extends Error {
  override readonly name = 'ServerUntrusted';
  /** OpenSSL's or Node's name of the judgement, `CERT_HAS_EXPIRED` for example. */
  readonly code: string;
  readonly issuer: string;

  constructor(error: NodeJS.ErrnoException, issuer: string) {
    // Node adds advice on its own flags, which is of no use here.
    super(error.message.replace(/;.*$/s, ''));
    this.code = error.code ?? 'UNKNOWN';
    this.issuer = issuer;
  }
}

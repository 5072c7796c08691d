/** Lines and what each comes to: its exit code. A line begins with the words of its command. */
export type Lines = Readonly<Record<string, number>>;

/** Connector and Director answer 503. `TOKEN` stands for the file of a fresh token. */
export const AWAY: Lines = {
  status: 1,
  'check --category connector,director': 1,
  'cert check': 0,
  'diff --timeout 30s': 5,
  'sync --timeout 30s': 5,
  'cert renew --timeout 30s': 5,
  'cert verify --live --timeout 30s': 5,
  'cert revoke --yes --timeout 30s': 5,
  'disconnect --revoke --yes --timeout 30s': 5,
  'reconnect --token-file TOKEN --timeout 30s': 5,
};

/** They answer again; nothing waits until the sidecar tries by itself, and no token is left that it could pair with. */
export const BACK: Lines = {
  'reconnect --token-file TOKEN --timeout 30s': 0,
  'sync --timeout 30s': 0,
};

/** The Connector refuses to revoke the certificate, which is good everywhere else. */
export const UNREVOKED: Lines = {
  'cert revoke --yes --timeout 30s': 6,
  'disconnect --revoke --yes --timeout 30s': 6,
};

/** Compass has revoked the certificate. */
export const REVOKED: Lines = {
  status: 1,
  'check --category identity,director': 1,
  'cert check': 6,
  'diff --timeout 30s': 6,
  'sync --timeout 30s': 6,
  'cert renew --timeout 30s': 6,
  'cert verify --live --timeout 30s': 6,
  'reconnect --yes': 7,
  disconnect: 7,
  'cert revoke': 7,
};

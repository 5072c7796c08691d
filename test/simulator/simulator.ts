import { randomBytes, randomUUID } from 'node:crypto';
import { listenForAdmin } from './admin/listen.ts';
import { createAuthorities, sharedAuthorities } from './authority/authorities.ts';
import { Certificates } from './authority/certificates.ts';
import type { ServerCertificateKind } from './authority/server-authority.ts';
import type { Compass, Urls } from './compass.ts';
import { renderConfigurationSecret } from './configuration-secret.ts';
import { openDoors } from './doors.ts';
import { Faults } from './faults/faults.ts';
import { TokenBucket } from './gateway/token-bucket.ts';
import { Identities } from './identities.ts';
import { Landscape } from './landscape.ts';
import type { SimulatorOptions } from './options.ts';
import { RequestLog } from './request-log.ts';
import { sampleApplications } from './samples.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import { type TokenForms, tokenForms } from './token-forms.ts';
import { Trust } from './trust.ts';

/** A running Compass. State is changed directly: what is changed is seen by the next request. */
export interface Simulator extends AsyncDisposable {
  readonly urls: Urls;
  /** Where the admin API listens: plain HTTP on loopback. */
  readonly adminUrl: string;
  /** The root to trust for all listeners (`APP_COMPASS_CA_BUNDLE`), PEM. */
  readonly caPem: string;
  readonly tenant: string;
  /** The Runtime that is there from the start. */
  readonly runtimeId: string;
  /** The administrator's bearer token for `urls.directorAdmin`. */
  readonly adminToken: string;
  readonly switches: Switches;
  readonly landscape: Landscape;
  readonly identities: Identities;
  readonly certificates: Certificates;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** A fresh one-time token, of a new client id unless `systemAuthId` names an existing one. */
  requestToken(runtimeId?: string, systemAuthId?: string): TokenForms & { clientId: string };
  /** The configuration Secret as YAML, with a fresh token. */
  configurationSecret(runtimeId?: string): string;
  /** Deletes the Runtime and its identities; false where there was none. */
  deleteRuntime(runtimeId?: string): boolean;
  /** Revokes all certificates of the Runtime; says how many there are. */
  revokeCertificates(runtimeId?: string): number;
  /** Signs with a new client CA from now on. */
  rotateClientAuthority(options: { keepOld: boolean }): Promise<void>;
  /** Shows another server certificate for connections to come. */
  showServerCertificate(kind: ServerCertificateKind): Promise<void>;
  /** Makes the gateway's token bucket full again. */
  refillRateLimit(): void;
  close(): Promise<void>;
}

const NOT_LISTENING: Urls = { connector: '', connectorMtls: '', director: '', directorAdmin: '' };

/** Starts a Compass on ports of the system's choice, or those of the options. Close it, or hold it with `await using`. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const authorities = await (options.freshKeys === true ? createAuthorities() : sharedAuthorities());
  const { server: serverAuthority } = authorities;
  const trust = new Trust(authorities.client);
  let serverCredential = await serverAuthority.issue('valid');
  const now = (): number => (options.clock ?? Date).now();
  const switches: Switches = { ...defaultSwitches(), ...options.switches };
  const landscape = new Landscape(options.tenant ?? randomUUID());
  const runtime = landscape.createRuntime(options.runtimeId === undefined ? {} : { id: options.runtimeId });
  if (options.samples === true) for (const sample of sampleApplications) landscape.createApplication(sample);
  const closing = new AbortController();
  const compass: Compass = {
    switches,
    landscape,
    identities: new Identities(switches, now),
    certificates: new Certificates(),
    faults: new Faults(),
    requests: new RequestLog(),
    bucket: new TokenBucket(() => switches.rateLimitPerMinute),
    urls: NOT_LISTENING,
    adminToken: options.adminToken ?? randomBytes(24).toString('base64url'),
    clientAuthority: () => trust.current(),
    now,
    closing: closing.signal,
  };
  const doors = await openDoors(compass, options, serverCredential, trust.pems());
  compass.urls = doors.urls;
  const admin = await listenForAdmin(() => simulator, options.adminPort ?? 0);
  const { identities, certificates, faults, requests, adminToken } = compass;

  function requestToken(runtimeId = runtime.id, systemAuthId?: string): TokenForms & { clientId: string } {
    const tenant = landscape.runtime(runtimeId)?.tenant;
    if (tenant === undefined) throw new Error(`there is no runtime ${runtimeId}`);
    const existing = systemAuthId === undefined ? undefined : identities.find(systemAuthId);
    const identity = existing ?? identities.create('runtime', runtimeId, tenant);
    return { clientId: identity.clientId, ...tokenForms(identities.mint(identity), compass.urls.connector) };
  }

  async function close(): Promise<void> {
    closing.abort();
    await Promise.all([doors.close(), admin.close()]);
  }

  const simulator: Simulator = {
    urls: doors.urls,
    adminUrl: admin.url,
    caPem: serverAuthority.rootPem,
    tenant: runtime.tenant,
    runtimeId: runtime.id,
    adminToken,
    switches,
    landscape,
    identities,
    certificates,
    faults,
    requests,
    requestToken,
    configurationSecret: (runtimeId = runtime.id) => {
      const { token, connectorURL } = requestToken(runtimeId);
      return renderConfigurationSecret({ connectorUrl: connectorURL, runtimeId, tenant: runtime.tenant, token });
    },
    deleteRuntime: (runtimeId = runtime.id) => {
      identities.deleteOf(runtimeId);
      return landscape.deleteRuntime(runtimeId);
    },
    revokeCertificates: (runtimeId = runtime.id) =>
      identities.of(runtimeId).reduce((count, { clientId }) => count + certificates.revokeAllOf(clientId), 0),
    rotateClientAuthority: async ({ keepOld }) => {
      await trust.rotate(keepOld);
      doors.show(serverCredential, trust.pems());
    },
    showServerCertificate: async (kind) => {
      serverCredential = await serverAuthority.issue(kind);
      doors.show(serverCredential, trust.pems());
    },
    refillRateLimit: () => compass.bucket.refill(),
    close,
    [Symbol.asyncDispose]: close,
  };
  return simulator;
}

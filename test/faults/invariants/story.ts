import { createHash } from 'node:crypto';
import type { Secret } from '#common/cluster/objects.ts';
import type { Application } from '#common/resources/application.ts';
import { CLIENT } from '../../journeys/world.ts';
import type { RecordedRequest } from '../../kube-api/recorder.ts';
import type { LoggedRequest } from '../../simulator/request-log.ts';
import type { Sighting } from '../witness.ts';
import { type Chronicle, type CompassRequest, JOURNAL, type Moment } from './chronicle.ts';
import type { ListedPage } from './listed-pages.ts';

const START_MS = Date.parse('2026-01-01T00:00:00Z');

const shortHashOf = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 16);
export const hashOf = (token: string) => createHash('sha256').update(token).digest('hex');

const encode = (text: string) => Buffer.from(text).toString('base64');

/** A chronicle that a test makes up, moment by moment: every write has the next version, and every moment takes 10 ms. */
export class Story {
  readonly #secrets: Sighting<Secret>[] = [];
  readonly #applications: Sighting<Application>[] = [];
  readonly #connections: Chronicle['connections'][number][] = [];
  readonly #requests: CompassRequest[] = [];
  readonly #calls: RecordedRequest[] = [];
  readonly #lines: Chronicle['lines'][number][] = [];
  #revision = 100;
  #atMs = START_MS;
  #life = 0;

  passes(ms: number): this {
    this.#atMs += ms;
    return this;
  }

  /** The sidecar is stopped, and another one goes on. */
  restarts(): this {
    this.#life += 1;
    return this;
  }

  #moment(): Moment {
    this.passes(10);
    return { revision: this.#revision, atMs: this.#atMs, clockMs: this.#atMs, life: this.#life };
  }

  #metadata(name: string, namespace?: string) {
    this.#revision += 1;
    return { name, ...(namespace ? { namespace } : {}), resourceVersion: String(this.#revision) };
  }

  #secret(namespace: string, name: string, data: Readonly<Record<string, string>>): this {
    const values = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, encode(value)]));
    const metadata = this.#metadata(name, namespace);
    this.#secrets.push({ type: 'modified', object: { apiVersion: 'v1', kind: 'Secret', metadata, data: values } });
    return this;
  }

  journal(document: Readonly<Record<string, unknown>>): this {
    return this.#secret('compass-system', JOURNAL, { document: JSON.stringify(document) });
  }

  client(crt: string, key: string): this {
    return this.#secret(CLIENT.namespace, CLIENT.name, { crt, key });
  }

  /** An Application of a Director's id, which names a Secret where one is given. */
  application(name: string, id: string, secretName?: string): this {
    const credentials = secretName ? { credentials: { type: 'Basic', secretName } } : {};
    const entries = [{ id: 'api', name: 'api', type: 'API', ...credentials }];
    const spec = { description: '', services: [{ id: 'b', entries }], compassMetadata: { applicationId: id } };
    const object = { apiVersion: '', kind: 'Application', metadata: this.#metadata(name), spec };
    this.#applications.push({ type: 'modified', object: object as unknown as Application });
    return this;
  }

  /** The sidecar deletes an Application, which was the last to be seen under the name. */
  deletesApplication(name: string): this {
    const last = this.#applications.findLast(({ object }) => object.metadata.name === name);
    if (!last) throw new Error(`there is no ${name}`);
    this.#applications.push({ type: 'deleted', object: { ...last.object, metadata: this.#metadata(name) } });
    return this.calls('DELETE', `/apis/applicationconnector.kyma-project.io/v1alpha1/applications/${name}`);
  }

  deletesSecret(name: string): this {
    const metadata = this.#metadata(name, 'kyma-system');
    this.#secrets.push({ type: 'deleted', object: { apiVersion: 'v1', kind: 'Secret', metadata } });
    return this.calls('DELETE', `/api/v1/namespaces/kyma-system/secrets/${name}`);
  }

  connectionDeleted(): this {
    const metadata = this.#metadata('compass-connection');
    const object = { apiVersion: '', kind: 'CompassConnection', metadata, spec: {} };
    this.#connections.push({
      type: 'deleted',
      object: object as unknown as Chronicle['connections'][number]['object'],
    });
    return this;
  }

  /** Of the API server. */
  calls(method: string, path: string, more: Partial<RecordedRequest> = {}): this {
    const { atMs, revision } = this.#moment();
    const [at, userAgent] = [new Date(atMs).toISOString(), 'compass-sidecar/1'];
    const what = { method, path, query: {}, contentType: '', accept: '', user: 'admin', body: '' };
    this.#calls.push({ ...what, at, userAgent, code: 200, revision, ...more });
    return this;
  }

  /** A dry run of the client Secret, as a preflight makes it. */
  triesToStore(): this {
    const path = `/api/v1/namespaces/${CLIENT.namespace}/secrets/${CLIENT.name}`;
    return this.calls('PATCH', path, { query: { dryRun: 'All' } });
  }

  /** Of Compass; successful unless said. */
  asks(target: LoggedRequest['target'], field: string, more: Partial<LoggedRequest> = {}, page?: ListedPage): this {
    const begun = this.#moment();
    const request: LoggedRequest = {
      number: this.#requests.length + 1,
      time: new Date(begun.atMs).toISOString(),
      target,
      operation: field,
      rootFields: [field],
      tokenHash: null,
      tokenConsumed: false,
      certificateFingerprint: null,
      identity: null,
      tenant: null,
      requestId: null,
      faults: [],
      status: 200,
      errors: [],
      outcome: 'ok',
      ...more,
    };
    this.#requests.push({ request, begun, ended: this.#moment(), page });
    return this;
  }

  /** A user's token, or a second one, goes to the Connector. */
  spends(token: string, field = 'configuration'): this {
    return this.asks('connector', field, { tokenHash: shortHashOf(token), tokenConsumed: true });
  }

  /** The Director lists these in one page. */
  lists(ids: readonly string[], totalCount = ids.length): this {
    const page = { isFirst: true, isLast: true, ids, totalCount, body: ids.join() };
    return this.asks('director', 'applicationsForRuntime', {}, page);
  }

  logs(level: string, msg: string): this {
    this.#lines.push({ level, msg, time: new Date(this.#moment().atMs).toISOString() });
    return this;
  }

  told(): Chronicle {
    return {
      secrets: this.#secrets,
      applications: this.#applications,
      connections: this.#connections,
      requests: this.#requests,
      calls: this.#calls,
      revokedAtMs: () => undefined,
      lines: this.#lines,
      since: 0,
      harm: new Set(),
      isClockKnown: true,
      isRealTime: true,
      hasShortPeriod: false,
    };
  }
}

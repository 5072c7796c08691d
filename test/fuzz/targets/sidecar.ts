import type { Cluster } from '#common/cluster/cluster.ts';
import { readObject } from '#common/cluster/read-object.ts';
import { parseDurationMs } from '#common/duration.ts';
import { CompassError } from '#common/errors.ts';
import { parseJson } from '#common/json.ts';
import { silentLog } from '#common/log.ts';
import type { CompassConnection } from '#common/resources/compass-connection.ts';
import { readReport } from '#common/resources/report.ts';
import { REQUEST_VERBS, readAnnotations, requestAnnotation } from '#common/resources/requests.ts';
import { readConfig } from '../../../sidecar/config.ts';
import { readConfiguration } from '../../../sidecar/connection/configuration.ts';
import { JOURNAL_FORMAT } from '../../../sidecar/connection/journal.ts';
import { trustedSpecUrls } from '../../../sidecar/connection/spec-urls.ts';
import { STATE_FORMAT } from '../../../sidecar/connection/state.ts';
import { specPatch, statusPatch, withForeignConditions } from '../../../sidecar/status/connection-patch.ts';
import { connectionStatus } from '../../../sidecar/status/connection-status.ts';
import { readStatus } from '../../../sidecar/status/read-status.ts';
import { buildReport } from '../../../sidecar/status/report.ts';
import { stateEvents } from '../../../sidecar/status/state-events.ts';
import { synchronized } from '../../sidecar/status/observations.ts';
import type { Corpora } from '../corpora.ts';
import type { Target } from '../fuzz.ts';

const PLACE = { namespaceFile: '/nonexistent/namespace', hostname: 'fuzz' };

const SETTINGS = [
  'APP_CONTROLLER_SYNC_PERIOD=1h30m',
  'APP_CERT_VALIDITY_RENEWAL_THRESHOLD=0.3',
  'APP_AGENT_CONFIGURATION_SECRET=kyma-system/compass-agent-configuration',
  'APP_COMPASS_CONNECTION_NAME=compass-connection',
  'APP_DELETION_BUDGET=10%',
  'APP_DELETION_HOLD=forever',
  'APP_COMPASS_ALLOWED_HOSTS=a.example.com, b.example.com',
  'APP_RUNTIME_EVENTS_URL=https://events.example.com/?a=b',
  'APP_CENTRAL_GATEWAY_SERVICE_URL=http://gateway:8082///',
  'APP_HEALTH_PORT=8090',
  'APP_LOG_LEVEL=debug',
  'NODE_OPTIONS=--max-old-space-size=64 "--inspect=0"',
].map((text) => Buffer.from(text));

const REQUESTS = [
  '1234;purge=applications;reason=a%3Bb',
  'id',
  ';=',
  'id;scope=sync;until=2026-01-01T00:00:00Z;by=me',
].map((text) => Buffer.from(text));

/** What people and the sidecar itself wrote. */
export function sidecarTargets({ connections, documents, reports, configurations }: Corpora): readonly Target[] {
  return [
    { name: 'a setting', inputs: SETTINGS, read: (input) => readSetting(input.toString()) },
    { name: 'a request', inputs: REQUESTS, read: (input) => readRequest(input.toString()) },
    { name: 'a CompassConnection', inputs: connections, read: (input) => readConnection(input.toString()) },
    { name: 'a document of ours', inputs: [...documents, ...reports], read: (input) => readDocument(input.toString()) },
    { name: 'a configuration', inputs: configurations, read: (input) => readConfigured(input.toString()) },
  ];
}

function readSetting(text: string): void {
  const equals = text.indexOf('=');
  readConfig({ [text.slice(0, equals)]: text.slice(equals + 1), POD_NAMESPACE: 'compass-system' }, PLACE);
  parseDurationMs(text.slice(equals + 1));
}

function readRequest(text: string): void {
  readAnnotations(Object.fromEntries(REQUEST_VERBS.map((verb) => [requestAnnotation(verb), text])));
}

const CONTEXT = { config: { allowedHosts: [] }, log: silentLog, state: { value: undefined } } as never;

const URLS = { connectorUrl: 'https://c.example.com/x', directorUrl: 'https://d.example.com/y' };

function readConnection(text: string): void {
  const connection = readObject<CompassConnection>(parseJson(text));
  if (!connection) return;
  const before = readStatus(connection);
  const status = connectionStatus(before, synchronized());
  statusPatch(connection, withForeignConditions(status, before));
  specPatch(connection, URLS, { resyncNow: true, refreshCredentialsNow: true });
  stateEvents(before, status);
  trustedSpecUrls(CONTEXT, connection, new CompassError('ConfigurationMissing', ''));
  readAnnotations(connection.metadata.annotations);
}

const NAMED = { namespace: 'a', name: 'b' };
const REPORTED = {
  connectionName: 'compass-connection',
  places: { configuration: NAMED, client: NAMED, ca: NAMED, integrationNamespace: 'a' },
  fingerprintKey: undefined,
};

function readDocument(text: string): void {
  const raw = parseJson(text);
  const journal = JOURNAL_FORMAT.decode(raw);
  if (journal) JOURNAL_FORMAT.encode(journal);
  const state = STATE_FORMAT.decode(raw);
  if (state) STATE_FORMAT.encode(state);
  const report = readReport(text);
  buildReport(report, connectionStatus(undefined, synchronized()), synchronized(), REPORTED);
}

async function readConfigured(text: string): Promise<void> {
  const values = Object.entries(parseJson(text) ?? {}).filter(([, value]) => typeof value === 'string') as [
    string,
    string,
  ][];
  const data = Object.fromEntries(values.map(([key, value]) => [key, Buffer.from(value).toString('base64')]));
  const find = () => Promise.resolve({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, data });
  await readConfiguration({ find } as unknown as Cluster, { namespace: 'a', name: 'b' });
}

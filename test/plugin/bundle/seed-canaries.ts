import { randomBytes } from 'node:crypto';
import { CONFIG_MAP, DEPLOYMENT, EVENT, type Kind, type KubeObject, POD, SECRET } from '#common/cluster/objects.ts';
import { APPLICATION } from '#common/resources/application.ts';
import { COMPASS_CONNECTION } from '#common/resources/compass-connection.ts';
import { SIDECAR_LABELS } from '#common/resources/names.ts';
import type { TestCluster } from '../../cluster/start-test-cluster.ts';

const NAMESPACE = 'compass-system';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** What a secret looks like that some person thought of: nothing but its place tells. */
export function plainCanary(): string {
  return `canary-${randomBytes(8).toString('hex')}`;
}

/** One with all that has to be escaped somewhere. */
export function awkwardCanary(): string {
  return `c/${randomBytes(8).toString('hex')}"+ä ${randomBytes(8).toString('hex')}\\%`;
}

/**
 * Puts a canary into every place of a cluster where a secret may be, and gives all of them. `known` are values of Secrets
 * that are there already: they are quoted in logs, Events and annotations in every form.
 */
export async function seedCanaries(cluster: TestCluster, known: readonly string[]): Promise<readonly string[]> {
  const canaries: string[] = [];
  const canary = () => {
    const value = plainCanary();
    canaries.push(value);
    return value;
  };
  const put = async (kind: Kind, object: object) => {
    const { apiVersion, kind: name } = kind;
    await cluster.cluster.create(kind, { apiVersion, kind: name, ...object } as KubeObject);
  };
  const quoted = known.flatMap(quotations);
  const template = {
    metadata: { labels: SIDECAR_LABELS, annotations: { [LAST_APPLIED]: `{"env":"${canary()}"}` } },
    spec: {
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'sidecar',
          image: 'compass-sidecar:test',
          args: [`--password=${canary()}`],
          env: [
            { name: 'DATABASE', value: canary() },
            { name: 'HTTPS_PROXY', value: `http://somebody:${canary()}@proxy.example:3128` },
            { name: 'APP_TOKEN', value: canary() },
          ],
        },
      ],
    },
  };
  const labels = SIDECAR_LABELS;
  const annotations = { [LAST_APPLIED]: JSON.stringify({ data: quoted }), 'example.com/note': canary() };
  const metadata = { name: 'compass-sidecar', namespace: NAMESPACE, labels, annotations };
  await put(DEPLOYMENT, { metadata, spec: { selector: { matchLabels: labels }, template } });
  await put(POD, { metadata: { ...metadata, name: 'compass-sidecar-1' }, spec: template.spec });
  const report = { schemaVersion: 'v1', failures: [{ ...FAILURE, message: `GET https://u:${canary()}@host.example` }] };
  await put(CONFIG_MAP, {
    metadata: { name: 'other-report', namespace: NAMESPACE, labels },
    data: { 'report.json': JSON.stringify(report), notes: canary() },
  });
  await put(SECRET, {
    metadata: {
      name: `own-${randomBytes(4).toString('hex')}`,
      namespace: 'kyma-system',
      labels: { bundleId: 'b' },
      annotations: { 'compass.kyma-project.io/access': `{"token":"${canary()}"}` },
    },
    data: { password: Buffer.from(canary()).toString('base64'), odd: Buffer.from(canary()).toString('base64') },
  });
  await put(APPLICATION, {
    metadata: { name: 'by-hand', annotations: { [LAST_APPLIED]: canary() } },
    spec: {
      description: `password: ${canary()}`,
      services: [
        {
          id: 'b',
          name: 'b',
          displayName: 'b',
          description: `https://u:${canary()}@host.example/path?access_token=${canary()}`,
          providerDisplayName: 'b',
          entries: [{ type: 'API', id: 'a', name: 'a', targetUrl: `https%3A%2F%2Fu%3A${canary()}%40host.example` }],
        },
      ],
    },
  });
  for (const [i, text] of [`Bearer ${canary()}`, `client_secret="${canary()}"`, ...quoted].entries()) {
    await put(EVENT, event(`seeded.${i}`, text));
  }
  await cluster.cluster.mergePatch(
    { kind: COMPASS_CONNECTION, name: 'compass-connection' },
    { metadata: { annotations: { [LAST_APPLIED]: canary(), 'compass.kyma-project.io/note': `password=${canary()}` } } },
  );
  const { logs } = cluster.embedded ?? {};
  logs?.write('compass-sidecar-1', 'sidecar', [
    ...quoted,
    ...quoted.map((text) => JSON.stringify({ level: 'error', msg: 'refused', answer: text })),
    `Authorization: Bearer ${canary()}`,
    JSON.stringify({ level: 'info', msg: 'a call', password: canary(), headers: { 'X-Any': [canary()] } }),
    `Error: connect https://u:${canary()}@host.example`,
    ...pemLines(canary()),
  ]);
  return canaries;
}

const FAILURE = { name: 'a', id: 'a', reason: 'InvalidApplication' };

/** Each known value as it is, and in the forms that something that quotes it may have it in. */
function quotations(value: string): string[] {
  const base64 = Buffer.from(value).toString('base64');
  return [
    `answer: ${value}`,
    `answer: ${base64} ${Buffer.from(`somebody:${value}`).toString('base64')}`,
    `answer: ${Buffer.from(value).toString('base64url')} ${Buffer.from(value).toString('hex')}`,
    `GET /?answer=${encodeURIComponent(value)}`,
    JSON.stringify({ answer: value }),
    JSON.stringify(JSON.stringify({ answer: value })),
  ];
}

/** A private key as a program prints it: line by line. */
function pemLines(secret: string): string[] {
  return ['-----BEGIN PRIVATE KEY-----', Buffer.from(secret).toString('base64'), '-----END PRIVATE KEY-----'];
}

function event(name: string, message: string): object {
  const time = new Date().toISOString().replace(/\.\d+/, '');
  return {
    metadata: { name, namespace: 'default' },
    involvedObject: {
      apiVersion: COMPASS_CONNECTION.apiVersion,
      kind: COMPASS_CONNECTION.kind,
      name: 'compass-connection',
    },
    ...{ type: 'Warning', reason: 'Seeded', message, firstTimestamp: time, lastTimestamp: time, count: 1 },
  };
}

import type { Secret } from '#common/cluster/objects.ts';
import { fingerprintOf, readPem } from '#common/pki/pem.ts';
import { DETAILS_ANNOTATION, renderDetails } from '#common/resources/connection-details.ts';
import { CONNECTION_ANNOTATION } from '#common/resources/names.ts';
import { type CredentialSet, readSet } from '../../../sidecar/neighbours/credential-set.ts';
import { issue, issueRoot } from '../../common/pki/authority.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

export interface SampleSecret {
  readonly secret: Secret;
  readonly set: CredentialSet;
  readonly caPem: string;
}

/** A client Secret as a sidecar leaves it, with a pair of its own each time; NotAfter in ms since the epoch. */
export async function sampleSecret(dates: { readonly notAfter?: number } = {}): Promise<SampleSecret> {
  const root = await issueRoot('Compass CA', dates);
  const leaf = await issue({ subject: 'CN=client', issuer: root, ...dates });
  const [certificate] = readPem(leaf.pem).certificates;
  const details = renderDetails({
    fingerprint: certificate ? fingerprintOf(certificate) : '',
    connectorUrl: 'https://compass.example.com/connector',
    directorUrl: 'https://compass.example.com/director',
    tenant: 'a-tenant',
    runtimeId: 'a-runtime',
  });
  const annotations = { [CONNECTION_ANNOTATION]: 'compass-connection', [DETAILS_ANNOTATION]: details };
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'client', namespace: 'compass-system', annotations },
    data: { crt: base64(leaf.pem), key: base64(leaf.keyPem), crtChain: base64(leaf.pem + root.pem) },
  };
  return { secret, set: readSet(secret), caPem: root.pem };
}

/** The same Secret with other annotations or data; null takes one away. */
export function changed(
  { secret }: SampleSecret,
  changes: {
    readonly annotations?: Readonly<Record<string, string | null>>;
    readonly data?: Readonly<Record<string, string | null>>;
  },
): Secret {
  const merged = (before: Readonly<Record<string, string>> = {}, after: Readonly<Record<string, string | null>> = {}) =>
    Object.fromEntries(
      Object.entries({ ...before, ...after }).filter((entry): entry is [string, string] => entry[1] !== null),
    );
  const { metadata, data } = secret;
  const encoded = Object.fromEntries(
    Object.entries(changes.data ?? {}).map(([key, value]) => [key, value === null ? null : base64(value)]),
  );
  return {
    ...secret,
    metadata: { ...metadata, annotations: merged(metadata.annotations, changes.annotations) },
    data: merged(data, encoded),
  };
}

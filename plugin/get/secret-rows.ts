import { age } from '../output/age.ts';
import { DOCUMENT_API_VERSION } from '../output/document.ts';
import { type Landscape, type SecretReference, secretReferences } from './landscape.ts';
import type { Readiness } from './readiness.ts';
import { type Heads, NOTHING, type Row } from './row.ts';
import { type SecretFacts, SecretIndex } from './secret-facts.ts';

/** A Secret's name begins with its Application's, and leaves room for little else in 80 columns. */
export const SECRET_HEADS: Heads = {
  always: ['NAME', 'STATE', 'ROTATED', 'AGE'],
  wide: ['APPLICATION', 'USE', 'AUTH', 'FINGERPRINT', 'NAMESPACE', 'BUNDLE', 'READY'],
};

/** A Secret of an Application as `get secrets -o json` has it: metadata alone, never a value. */
export interface SecretItem {
  readonly apiVersion: typeof DOCUMENT_API_VERSION;
  readonly kind: 'ApplicationSecret';
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly application: string;
  readonly bundle: string;
  readonly bundleId: string;
  readonly use: 'credentials' | 'parameters';
  readonly authentication?: string;
  readonly state: SecretFacts['state'];
  readonly rotatedAt?: string;
  readonly fingerprint?: string;
  /** As of the last synchronization, because Secrets may not be listed. */
  readonly published?: true;
}

/** The Secrets that Applications refer to; with `isSelected` only those that were found. */
export function secretRows(
  { applications, judge, secrets, connection }: Landscape,
  isSelected: boolean,
): readonly Row[] {
  const index = new SecretIndex(secrets ?? { items: [] });
  const namespace = connection.places.integrationNamespace;
  return applications.flatMap((application) => {
    const readiness = judge.of(application);
    return secretReferences(application)
      .filter(({ name }) => !isSelected || index.has(name))
      .map((reference) => row(reference, index.factsOf(reference.name), namespace, readiness));
  });
}

export function secretItem(reference: SecretReference, facts: SecretFacts, namespace: string): SecretItem {
  const { name, application, service, use, authentication } = reference;
  const { createdAt, labels, state, rotatedAt, fingerprint, published } = facts;
  return {
    apiVersion: DOCUMENT_API_VERSION,
    kind: 'ApplicationSecret',
    metadata: {
      name,
      namespace,
      ...(createdAt ? { creationTimestamp: createdAt } : {}),
      ...(labels ? { labels } : {}),
    },
    application: application.metadata.name,
    bundle: service.name,
    bundleId: service.id,
    use,
    ...(authentication ? { authentication } : {}),
    state,
    ...(rotatedAt ? { rotatedAt } : {}),
    ...(fingerprint ? { fingerprint } : {}),
    ...(published ? { published } : {}),
  };
}

function row(reference: SecretReference, facts: SecretFacts, namespace: string, readiness: Readiness): Row {
  const item = secretItem(reference, facts, namespace);
  const { metadata, application, bundle, use, authentication = NOTHING, state, rotatedAt, fingerprint } = item;
  const { name, creationTimestamp } = metadata;
  return {
    key: `${application}/${name}`,
    names: [name],
    fullName: `secret/${name}`,
    document: item,
    readiness,
    labels: metadata.labels,
    cells: (now) => [
      name,
      state,
      rotatedAt ? age(rotatedAt, now) : NOTHING,
      creationTimestamp ? age(creationTimestamp, now) : NOTHING,
    ],
    wideCells: () => [application, use, authentication, fingerprint ?? NOTHING, namespace, bundle, readiness.ready],
  };
}

import type { OwnerReference, Secret } from '#common/cluster/objects.ts';
import { APPLICATION, type Application } from '#common/resources/application.ts';
import { CONNECTION_ANNOTATION, MANAGED_BY_LABEL, MANAGED_BY_VALUE } from '#common/resources/names.ts';
import type { Desired, DesiredSecret } from './desired.ts';
import type { Place } from './place.ts';
import type { PresentApplication, PresentSecret } from './present.ts';
import { markAnnotations, type SecretMarks } from './secret-marks.ts';

/** Larger objects than this no etcd takes with its defaults. */
const LARGEST_OBJECT_BYTES = 1_572_864;
/** What the API server takes as a Secret's data, all values together. */
const LARGEST_SECRET_BYTES = 1_048_576;

/** The object as it is created: everything but the services, and what is written this once only. */
export function newApplication(desired: Desired, place: Place): Application {
  const spec = { ...desired.spec, services: [], skipInstallation: false, encodeUrl: false };
  return { ...application(desired, place), spec };
}

/** The object as it is applied over a present one; both preconditions stand in its metadata. */
export function appliedApplication(desired: Desired, target: PresentApplication, place: Place): Application {
  const whole = application(desired, place);
  const { uid, resourceVersion } = target;
  return { ...whole, metadata: { ...whole.metadata, uid, resourceVersion } };
}

function application(desired: Desired, place: Place): Application {
  return {
    apiVersion: APPLICATION.apiVersion,
    kind: APPLICATION.kind,
    metadata: {
      name: desired.name,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY_VALUE },
      annotations: { [CONNECTION_ANNOTATION]: place.connectionName },
    },
    spec: desired.spec,
  };
}

/** The Secret with every owner that it has, the Application among them, and with its marks. */
export function toSecret(
  desired: DesiredSecret,
  owner: Pick<PresentApplication, 'name' | 'uid'>,
  before: PresentSecret | undefined,
  marks: SecretMarks,
  place: Place,
): Secret {
  const content = Object.entries(desired.content.reveal());
  const others = (before?.owners ?? []).filter(({ uid }) => uid !== owner.uid);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: desired.name,
      namespace: place.integrationNamespace,
      ...(before ? { uid: before.uid, resourceVersion: before.resourceVersion } : {}),
      labels: { ...desired.labels },
      annotations: { [CONNECTION_ANNOTATION]: place.connectionName, ...markAnnotations(marks) },
      ownerReferences: [...others, ownerReference(owner)],
    },
    ...(before ? {} : { type: 'Opaque' }),
    data: Object.fromEntries(content.map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
}

function ownerReference(owner: Pick<PresentApplication, 'name' | 'uid'>): OwnerReference {
  return { apiVersion: APPLICATION.apiVersion, kind: APPLICATION.kind, name: owner.name, uid: owner.uid };
}

/** What of an Application is larger than the API server takes, or undefined: found out before anything is written. */
export function tooLarge(desired: Desired): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(desired.spec));
  if (bytes > LARGEST_OBJECT_BYTES)
    return `the Application would have ${bytes} bytes, at most ${LARGEST_OBJECT_BYTES} fit`;
  for (const secret of desired.secrets) {
    const size = contentBytes(secret);
    if (size > LARGEST_SECRET_BYTES)
      return `the Secret ${secret.name} would have ${size} bytes, at most ${LARGEST_SECRET_BYTES} fit`;
  }
  return undefined;
}

function contentBytes(secret: DesiredSecret): number {
  return Object.values(secret.content.reveal()).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
}

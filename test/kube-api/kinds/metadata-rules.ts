import { forbiddenField, invalidText, invalidValue, required } from '../causes.ts';
import { equal } from '../json.ts';
import type { KubeObject, ObjectMeta } from '../object.ts';
import type { Cause } from '../status.ts';
import { labelCauses, labelValueCauses, pathSegmentCauses, qualifiedNameCauses, subdomainCauses } from './names.ts';
import type { Resource } from './resource.ts';

const annotationLimitBytes = 256 * 1024;

/** The checks that every object's metadata passes, on create (no `live`) and update. */
export function metadataCauses(resource: Resource, next: KubeObject, live: KubeObject | undefined): Cause[] {
  const { metadata } = next;
  return [
    ...nameCauses(resource, metadata),
    ...labelsCauses(metadata),
    ...ownerCauses(metadata),
    ...finalizerCauses(metadata),
    ...(live ? immutableCauses(metadata, live.metadata) : []),
  ];
}

function nameCauses(resource: Resource, { name }: ObjectMeta): Cause[] {
  if (!name) return [required('metadata.name', 'name or generateName is required')];
  if (resource.kind === 'Namespace') return labelCauses('metadata.name', name);
  if (resource.group === 'rbac.authorization.k8s.io') return pathSegmentCauses('metadata.name', name);
  return subdomainCauses('metadata.name', name);
}

function labelsCauses({ labels, annotations }: ObjectMeta): Cause[] {
  const causes: Cause[] = [];
  for (const [key, value] of Object.entries(labels ?? {})) {
    causes.push(...qualifiedNameCauses('metadata.labels', key), ...labelValueCauses('metadata.labels', value));
  }
  let bytes = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    causes.push(...qualifiedNameCauses('metadata.annotations', key.toLowerCase()));
    bytes += key.length + Buffer.byteLength(value);
  }
  if (bytes > annotationLimitBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      message: `Too long: must have at most ${annotationLimitBytes} bytes`,
      field: 'metadata.annotations',
    });
  }
  return causes;
}

function ownerCauses({ ownerReferences = [] }: ObjectMeta): Cause[] {
  const causes: Cause[] = [];
  const field = 'metadata.ownerReferences';
  for (const owner of ownerReferences) {
    if (!owner.apiVersion) causes.push(invalidValue(`${field}.apiVersion`, '', 'version must not be empty'));
    if (!owner.kind) causes.push(invalidValue(`${field}.kind`, '', 'kind must not be empty'));
    if (!owner.name) causes.push(invalidValue(`${field}.name`, '', 'name must not be empty'));
    if (!owner.uid) causes.push(invalidValue(`${field}.uid`, '', 'uid must not be empty'));
  }
  const controllers = ownerReferences.filter((owner) => owner.controller);
  if (controllers.length > 1) {
    causes.push(
      invalidText(
        field,
        'Object',
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]?.kind}/${controllers[0]?.name} and ${controllers[1]?.kind}/${controllers[1]?.name}`,
      ),
    );
  }
  return causes;
}

function finalizerCauses({ finalizers = [] }: ObjectMeta): Cause[] {
  const causes: Cause[] = [];
  for (const [i, finalizer] of finalizers.entries()) {
    causes.push(...qualifiedNameCauses('metadata.finalizers', finalizer));
    const isKnown = ['kubernetes', 'orphan', 'foregroundDeletion'].includes(finalizer);
    if (!finalizer.includes('/') && !isKnown) {
      causes.push(
        invalidValue(
          `metadata.finalizers[${i}]`,
          finalizer,
          'name is neither a standard finalizer name nor is it fully qualified',
        ),
      );
    }
  }
  return causes;
}

function immutableCauses(next: ObjectMeta, live: ObjectMeta): Cause[] {
  const causes: Cause[] = [];
  const added = (next.finalizers ?? []).filter((finalizer) => !live.finalizers?.includes(finalizer));
  if (live.deletionTimestamp && added.length > 0) {
    const list = added.map((finalizer) => `"${finalizer}"`).join(', ');
    causes.push(
      forbiddenField(
        'metadata.finalizers',
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
      ),
    );
  }
  if (!equal(next.uid, live.uid)) causes.push(invalidValue('metadata.uid', next.uid ?? '', 'field is immutable'));
  return causes;
}

import type { KubeObject } from '#common/cluster/objects.ts';
import { VALUES_ANNOTATION } from '../../plugin/install/kept-values.ts';

interface Templated {
  readonly template: {
    readonly spec: { readonly containers: readonly { readonly env: readonly { name: string }[] }[] };
  };
}

/** Objects by what they are, `Kind namespace/name`, as JSON has them. */
export function byName(objects: readonly KubeObject[]): Record<string, KubeObject> {
  return Object.fromEntries(
    objects.map((object) => {
      const { namespace = '', name } = object.metadata;
      return [`${object.kind} ${namespace}/${name}`, JSON.parse(JSON.stringify(object)) as KubeObject];
    }),
  );
}

/**
 * The same for objects that differ only in what means the same to Kubernetes, or is of one way of installing alone: the order of
 * variables, and the annotation by which `kubectl compass upgrade` keeps values.
 */
export function comparable(objects: readonly KubeObject[]): Record<string, KubeObject> {
  return byName(objects.map((object) => (object.kind === 'Deployment' ? withoutOrder(object) : object)));
}

function withoutOrder(object: KubeObject): KubeObject {
  const { spec, metadata } = object as KubeObject & { readonly spec: Templated };
  const { [VALUES_ANNOTATION]: _, ...annotations } = metadata.annotations ?? {};
  const { annotations: __, ...unannotated } = metadata;
  const containers = spec.template.spec.containers.map((container) => ({
    ...container,
    env: container.env.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  }));
  const template = { ...spec.template, spec: { ...spec.template.spec, containers } };
  return {
    ...object,
    metadata: { ...unannotated, ...(Object.keys(annotations).length > 0 && { annotations }) },
    spec: { ...spec, template },
  } as KubeObject;
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '#common/cluster/objects.ts';
import { load } from '#common/cluster/yaml.ts';

/** The objects of sidecar/deploy, by what they are for. */
export interface Manifests {
  readonly objects: readonly KubeObject[];
  readonly istioCa: readonly KubeObject[];
  readonly networkPolicy: readonly KubeObject[];
  /** The CustomResourceDefinitions. */
  readonly definitions: readonly KubeObject[];
}

/** As much of a kustomization.yaml (kustomize.config.k8s.io/v1beta1 and v1alpha1) as sidecar/deploy uses. */
interface Kustomization {
  readonly resources?: readonly string[];
  readonly labels?: readonly {
    readonly pairs: Readonly<Record<string, string>>;
    readonly includeTemplates?: boolean;
  }[];
  readonly images?: readonly { readonly name: string; readonly newTag: string }[];
}

const UNDERSTOOD = ['apiVersion', 'kind', 'resources', 'labels', 'images'];

/**
 * The objects of sidecar/deploy as `kubectl kustomize` makes them, in the order in which they are applied. Throws for
 * whatever of kustomize is not understood here: something else than kustomize's must not come of it.
 */
export function readManifests(folder: string): Manifests {
  const own = readKustomization(folder);
  const ownObjects = (place: string) => transformed(readResources(join(folder, place)), own);
  return {
    objects: ownObjects('.'),
    istioCa: ownObjects('components/istio-ca'),
    networkPolicy: ownObjects('components/network-policy'),
    definitions: readResources(join(folder, 'crds')),
  };
}

function readKustomization(folder: string): Kustomization {
  const kustomization = load(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
  const unknown = Object.keys(kustomization).filter((key) => !UNDERSTOOD.includes(key));
  if (unknown.length > 0) throw new Error(`${folder}/kustomization.yaml: ${unknown.join(', ')} is not understood`);
  return kustomization;
}

function readResources(folder: string): readonly KubeObject[] {
  const { resources = [] } = readKustomization(folder);
  return resources.flatMap((name) =>
    readFileSync(join(folder, name), 'utf8')
      .split(/^---$/m)
      .map((text) => load(text) as KubeObject),
  );
}

function transformed(objects: readonly KubeObject[], { labels = [], images = [] }: Kustomization): KubeObject[] {
  return objects.map((object) => {
    const always = Object.assign({}, ...labels.map(({ pairs }) => pairs));
    const inTemplates = Object.assign({}, ...labels.map(({ pairs, includeTemplates }) => includeTemplates && pairs));
    return withImages(withTemplateLabels(withLabels(object, always), inTemplates), images);
  });
}

function withLabels<T extends { readonly metadata: object }>(object: T, labels: Readonly<Record<string, string>>): T {
  const metadata = object.metadata as { readonly labels?: object };
  return { ...object, metadata: { ...metadata, labels: { ...metadata.labels, ...labels } } };
}

interface Templated extends KubeObject {
  readonly spec: {
    readonly template: {
      readonly metadata: object;
      readonly spec: { readonly containers: readonly { readonly image: string }[] };
    };
  };
}

function isTemplated(object: KubeObject): object is Templated {
  return object.kind === 'Deployment';
}

function withTemplateLabels(object: KubeObject, labels: Readonly<Record<string, string>>): KubeObject {
  if (!isTemplated(object)) return object;
  return { ...object, spec: { ...object.spec, template: withLabels(object.spec.template, labels) } } as KubeObject;
}

function withImages(object: KubeObject, images: NonNullable<Kustomization['images']>): KubeObject {
  if (!isTemplated(object)) return object;
  const { template } = object.spec;
  const containers = template.spec.containers.map((container) => {
    const image = images.find(({ name }) => name === container.image);
    return image ? { ...container, image: `${image.name}:${image.newTag}` } : container;
  });
  const spec = { ...object.spec, template: { ...template, spec: { ...template.spec, containers } } };
  return { ...object, spec } as KubeObject;
}

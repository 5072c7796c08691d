import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { NAMESPACE_NAME } from './names.ts';
import type { Settings } from './settings.ts';

/** What the machine says about this process, beside its environment. */
export interface OwnPlace {
  /** Where Kubernetes mounts the namespace of a Pod. */
  readonly namespaceFile: string;
  readonly hostname: string;
}

export const THIS_POD: OwnPlace = {
  namespaceFile: '/var/run/secrets/kubernetes.io/serviceaccount/namespace',
  hostname: hostname(),
};

/** The namespace of this Pod: POD_NAMESPACE, else the mounted one, else `otherwise`. */
export function readOwnNamespace(settings: Settings, place: OwnPlace, otherwise: string): string {
  return settings.read('POD_NAMESPACE', NAMESPACE_NAME, mountedNamespace(place.namespaceFile) ?? otherwise);
}

function mountedNamespace(path: string): string | undefined {
  try {
    return NAMESPACE_NAME.parse(readFileSync(path, 'utf8').trim());
  } catch {
    // outside a Pod there is no such file
    return undefined;
  }
}

/** Which replica this is: two must never have the same name. */
export function readPodName(settings: Settings, place: OwnPlace): string {
  return settings.text('POD_NAME') ?? settings.text('HOSTNAME') ?? place.hostname;
}

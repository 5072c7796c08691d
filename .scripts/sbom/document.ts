import { hash } from 'node:crypto';
import type { ComponentType, LifecyclePhase } from '@cyclonedx/cyclonedx-library/Enums';
import { Bom, Component, LifecycleRepository, Metadata } from '@cyclonedx/cyclonedx-library/Models';
import { JSON as JsonFormat, JsonSerializer } from '@cyclonedx/cyclonedx-library/Serialize';
import { Spec1dot6 } from '@cyclonedx/cyclonedx-library/Spec';
import { licensesOf } from './components.ts';

/** What a document describes: one artefact of a release. */
export interface Described {
  /** Of the artefact, such as `compass-sidecar`. */
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly type: ComponentType;
  readonly phase: LifecyclePhase;
  /** By their purls, in any order. */
  readonly components: readonly Component[];
  /** Those that it depends on itself; what none of the others needs is taken for one, too. */
  readonly direct: ReadonlySet<Component>;
  readonly time: Date | undefined;
}

/**
 * A CycloneDX 1.6 document as JSON. The same components give the same text: its serial number is a UUID made of its content,
 * and it has a time only where that is given.
 */
export function renderSbom({ name, version, purl, type, phase, components, direct, time }: Described): string {
  const described = new Component(type, name, { version, purl, bomRef: purl, licenses: licensesOf('Apache-2.0') });
  const needed = new Set(components.flatMap(({ dependencies }) => [...dependencies]));
  for (const component of components) {
    if (direct.has(component) || !needed.has(component.bomRef)) described.dependencies.add(component.bomRef);
  }
  const metadata = new Metadata({ component: described, lifecycles: new LifecycleRepository([phase]) });
  if (time) metadata.timestamp = time;
  const bom = new Bom({ metadata });
  for (const component of components) bom.components.add(component);
  const text = serialized(bom);
  bom.serialNumber = `urn:uuid:${uuidOf(text)}`;
  return serialized(bom);
}

function serialized(bom: Bom): string {
  const serializer = new JsonSerializer(new JsonFormat.Normalize.Factory(Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** Version 8 of RFC 9562, section 5.8: the bits are ours to choose, here those of a SHA-256. */
function uuidOf(text: string): string {
  const digits = hash('sha256', text);
  const variant = ((Number.parseInt(digits.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  const groups = [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `8${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
  ];
  return [...groups, digits.slice(20, 32)].join('-');
}

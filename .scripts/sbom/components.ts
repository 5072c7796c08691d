import { Utils } from '@cyclonedx/cyclonedx-library/Contrib/FromNodePackageJson';
import { ComponentType, HashAlgorithm } from '@cyclonedx/cyclonedx-library/Enums';
import {
  Component,
  HashDictionary,
  LicenseExpression,
  LicenseRepository,
  Property,
  PropertyRepository,
  SpdxLicense,
} from '@cyclonedx/cyclonedx-library/Models';
import { isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';
import type { CPE } from '@cyclonedx/cyclonedx-library/Types';
import { PackageURL } from 'packageurl-js';
import { dependenciesOf, type Lock, type LockEntry, nameAt } from '../lock-file.ts';

export interface PackageComponents {
  readonly components: readonly Component[];
  /** Those of them that the repository names itself. */
  readonly direct: ReadonlySet<Component>;
}

/**
 * Components of the packages at these places of the lock file, each depending on those that Node would find for it. A package
 * that lies at several places is one component.
 *
 * @throws Error for a place that the lock file lacks
 */
export function packageComponents(lock: Lock, places: readonly string[]): PackageComponents {
  const byRef = new Map<string, Component>();
  const byPlace = new Map<string, Component>();
  for (const place of places) {
    const entry = lock.get(place);
    if (entry?.version === undefined)
      throw new Error(`package-lock.json has no version for ${place}; run: npm install`);
    const purl = npmPurl(nameAt(place), entry.version);
    const component = byRef.get(purl) ?? packageComponent(nameAt(place), entry, purl);
    byRef.set(purl, component);
    byPlace.set(place, component);
  }
  for (const [place, component] of byPlace) {
    for (const needed of dependenciesOf(lock, place)) {
      const other = byPlace.get(needed);
      if (other) component.dependencies.add(other.bomRef);
    }
  }
  const direct = dependenciesOf(lock, '').flatMap((place) => byPlace.get(place) ?? []);
  return { components: [...byRef.values()], direct: new Set(direct) };
}

function packageComponent(fullName: string, entry: LockEntry, purl: string): Component {
  const { version, integrity, license, dev } = entry;
  const [, group, name = fullName] = /^(@[^/]+)\/(.+)$/.exec(fullName) ?? [];
  return new Component(ComponentType.Library, name, {
    bomRef: purl,
    purl,
    hashes: new HashDictionary(integrity === undefined ? [] : [Utils.parsePackageIntegrity(integrity)]),
    licenses: licensesOf(license),
    // the name that CycloneDX gives it: https://github.com/CycloneDX/cyclonedx-property-taxonomy
    properties: new PropertyRepository(dev ? [new Property('cdx:npm:package:development', 'true')] : []),
    ...(group === undefined ? {} : { group }),
    ...(version === undefined ? {} : { version }),
  });
}

/** Node.js as an artefact carries it: of a package of npm's, and known to lists of vulnerabilities by its CPE. */
export function nodeComponent(lock: Lock, nodePackage: string): Component {
  const entry = lock.get(`node_modules/${nodePackage}`);
  if (entry?.version === undefined || entry.integrity === undefined) {
    throw new Error(`package-lock.json has no version and integrity of ${nodePackage}`);
  }
  const purl = npmPurl(nodePackage, entry.version);
  return new Component(ComponentType.Platform, 'Node.js', {
    version: entry.version,
    bomRef: purl,
    purl,
    cpe: `cpe:2.3:a:nodejs:node.js:${entry.version}:*:*:*:*:*:*:*` satisfies CPE,
    hashes: new HashDictionary([Utils.parsePackageIntegrity(entry.integrity)]),
    licenses: licensesOf('MIT'),
  });
}

export interface DebianPart {
  /** As dpkg calls it. */
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly licence?: string;
  readonly sha256?: string;
}

/** A package of Debian 12. */
export function debianComponent({ name, version, architecture, licence, sha256 }: DebianPart): Component {
  const qualifiers = { arch: architecture, distro: 'debian-12' };
  const purl = new PackageURL('deb', 'debian', name, version, qualifiers, undefined).toString();
  const hashes = new HashDictionary(sha256 === undefined ? [] : [[HashAlgorithm['SHA-256'], sha256]]);
  return new Component(ComponentType.Library, name, {
    version,
    bomRef: purl,
    purl,
    hashes,
    licenses: licensesOf(licence),
  });
}

export function npmPurl(fullName: string, version: string): string {
  const [, scope, name = fullName] = /^(@[^/]+)\/(.+)$/.exec(fullName) ?? [];
  return new PackageURL('npm', scope, name, version, undefined, undefined).toString();
}

/** Of an SPDX identifier or expression. */
export function licensesOf(licence: string | undefined): LicenseRepository {
  if (licence === undefined) return new LicenseRepository();
  return new LicenseRepository([
    isSupportedSpdxId(licence) ? new SpdxLicense(licence) : new LicenseExpression(licence),
  ]);
}

import type { Style } from '../command.ts';
import { describeRight, notPermittedList } from '../connection/right.ts';
import { documentHead, type ReportDocument } from '../output/document.ts';
import { plain, wrap } from '../output/text.ts';
import type { ClusterVersions, DefinitionVersion, SidecarVersion } from './facts.ts';
import type { Skew } from './skew.ts';

export const VERSION_DOCUMENT_KIND = 'VersionReport';

export interface VersionsViewOptions extends Pick<Style, 'symbols'> {
  /** Of the terminal, in columns; undefined where nothing is wrapped. */
  readonly width?: number | undefined;
}

/** The column that values begin in. */
const VALUE_COLUMN = 13;

/** The versions for people, one a line where it fits. Without `versions` that of the client alone. */
export function formatVersions(
  client: string,
  versions: ClusterVersions | undefined,
  { symbols, width = Number.POSITIVE_INFINITY }: VersionsViewOptions,
): string {
  const rows = [['Client', `v${client}`], ...(versions ? clusterRows(versions) : [])];
  return rows
    .map(([title = '', value = '']) => {
      const lines = wrap(plain(value, symbols), width - VALUE_COLUMN);
      return `${`${title}:`.padEnd(VALUE_COLUMN)}${lines.join(`\n${' '.repeat(VALUE_COLUMN)}`)}\n`;
    })
    .join('');
}

function clusterRows({ kubernetes, sidecars, definitions, notPermitted }: ClusterVersions): string[][] {
  return [
    ['Kubernetes', kubernetes ? kubernetes : '-'],
    ...definitions.map((definition) => ['Definition', describeDefinition(definition)]),
    ...sidecars.map((sidecar) => ['Sidecar', describeSidecar(sidecar)]),
    ...notPermitted.map((right) => ['Sidecar', describeRight(right)]),
    ...(sidecars.length + notPermitted.length === 0 ? [['Sidecar', 'none has reported']] : []),
    ['Skew', SENTENCES[worst(sidecars)]],
  ];
}

function describeDefinition({ kind, apiVersion, served, ...found }: DefinitionVersion): string {
  if (!served) return `${kind} not installed`;
  const { statusSubresource, keepsConditions, columns } = found;
  const has = [
    ...(statusSubresource ? ['status subresource'] : []),
    ...(keepsConditions ? ['conditions'] : []),
    ...(columns && columns.length > 0 ? [`columns ${columns.join(', ')}`] : []),
  ];
  return `${kind} ${apiVersion.split('/')[1]}${has.length > 0 ? ` (${has.join('; ')})` : ''}`;
}

function describeSidecar({ connection, namespace, version }: SidecarVersion): string {
  const running = version ? `v${version.replace(/^v/, '')}` : '-';
  return `${running} (${connection} in namespace ${namespace})`;
}

const SENTENCES: Readonly<Record<Skew, string>> = {
  ok: 'ok',
  unsupported: 'more than two minor versions apart: upgrade the older of the two',
  unknown: '-',
};

function worst(sidecars: readonly SidecarVersion[]): Skew {
  const skews = sidecars.map(({ skew }) => skew);
  return (
    skews.find((skew) => skew === 'unsupported') ?? skews.find((skew) => skew === 'unknown') ?? skews[0] ?? 'unknown'
  );
}

/** The versions for programs. */
export function versionDocument(
  client: string,
  versions: ClusterVersions | undefined,
  now: number,
): ReportDocument & { readonly [part: string]: unknown } {
  return {
    ...documentHead(VERSION_DOCUMENT_KIND, { status: 'Done', exitCode: 0 }, now),
    client: { version: client },
    ...(versions ? clusterPart(versions) : {}),
  };
}

function clusterPart(versions: ClusterVersions): object {
  const { sidecars, notPermitted } = versions;
  return { ...versions, notPermitted: notPermittedList(notPermitted), skew: worst(sidecars) };
}
